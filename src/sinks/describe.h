// SPDX-License-Identifier: MIT
//
// What is in the files of this room, for a person to read.
#pragma once

#include <filesystem>

#include "sinks/run_description.h"

namespace stategrad::sinks {

/// Facts about a statistics.h5, among them count, norm of the mean and root mean square norm of the
/// single gradients per state and delay.
/// @throws DataError as read_statistics()
[[nodiscard]] Facts describe_statistics(const std::filesystem::path& file);

/// Facts about a gradients.h5.
/// @throws DataError naming file and place: missing, truncated, no such file, of a newer version,
///   not complete, datasets missing or of a shape that does not fit
[[nodiscard]] Facts describe_gradients_h5(const std::filesystem::path& file);

/// The magic text of an HDF5 file that stategrad wrote ("stategrad statistics", "stategrad
/// gradients"), or an empty text.
/// @throws DataError if it is no HDF5 file
[[nodiscard]] std::string magic_of_h5(const std::filesystem::path& file);

}  // namespace stategrad::sinks

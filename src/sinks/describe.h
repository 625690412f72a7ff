// SPDX-License-Identifier: MIT
//
// What is in the files of this room, for a person to read.
#pragma once

#include <filesystem>
#include <string>

#include "io/table.h"
#include "sinks/run_description.h"

namespace stategrad::sinks {

/// What a file holds.
struct Description {
  Facts facts;      ///< about the pass that made it
  io::Table table;  ///< a row per state and delay
};

/// What is in a statistics.h5: the columns state, layer, delay, count, norm_of_mean (Frobenius norm
/// of the mean matrix) and root_mean_square_norm (of the single matrices); the norms are missing
/// where nothing was counted.
/// @throws DataError as read_statistics()
[[nodiscard]] Description describe_statistics(const std::filesystem::path& file);

/// What is in a gradients.h5: the columns state, layer, delay and count, for the delays that occur.
/// The single matrices are not read.
/// @throws DataError naming file and place: missing, truncated, no such file, of a newer version,
///   not complete, datasets missing or of a shape that does not fit
[[nodiscard]] Description describe_gradients_h5(const std::filesystem::path& file);

/// The magic text of an HDF5 file that stategrad wrote ("stategrad statistics", "stategrad
/// gradients"), or an empty text.
/// @throws DataError if it is no HDF5 file
[[nodiscard]] std::string magic_of_h5(const std::filesystem::path& file);

}  // namespace stategrad::sinks

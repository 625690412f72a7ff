// SPDX-License-Identifier: MIT
//
// Sums over gates in statistics.h5.
#pragma once

#include <filesystem>
#include <optional>

#include "gradient/gate_logs.h"
#include "io/hdf5.h"

namespace stategrad::sinks {

/// The group /gates as class_statistics.h has it. @throws ResourceError or DataError as the writer
void write_gate_logs(io::Hdf5Writer& out, const gradient::GateLogs& gates);

/// Nothing if the file has no such group.
/// @param shape of the model
/// @param blocks K
/// @throws DataError naming file and array if they are not [K] and [L, K, H], or no sums of
///   logarithms of numbers from 0 to 1
[[nodiscard]] std::optional<gradient::GateLogs> read_gate_logs(const io::Hdf5Reader& in,
                                                               const std::filesystem::path& file,
                                                               const Architecture& shape,
                                                               int blocks);

}  // namespace stategrad::sinks

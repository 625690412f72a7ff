// SPDX-License-Identifier: MIT
//
// statistics.h5: the seam between gradients and their analysis. An HDF5 file; beside what
// run_description_h5.h tells (magic "stategrad statistics", version 1) it holds, for every state
// that /run/states and /run/layers name:
//
//   /<state>/layer_<l>/count         [D] int64: number of state gradients at each delay
//   /<state>/layer_<l>/squared_norm  [D] float64: sum of their squared Frobenius norms
//   /<state>/layer_<l>/sum           [D, H, R] float64: sum of their matrices
//
// Everything is a sum, so that files of two parts of a text can be added up. The layout may grow
// (sums by class, by part of the text, by word): readers pass over groups, arrays and attributes
// that they do not know, and the version rises only when the meaning of those above changes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "sinks/run_description.h"

namespace stategrad::sinks {

inline constexpr const char* kStatisticsFileName = "statistics.h5";
/// Sums of more bytes are written to the disk as they are, rather than by way of the memory.
inline constexpr std::uint64_t kMostInMemory = 256'000'000;

/// Sums over all state gradients G [H, R] of one state at each delay d. Sums of two passes over
/// different parts of a text add up to those of one pass over both.
struct StateStatistics {
  StateOfLayer state;
  std::vector<std::int64_t> count;   ///< [D] number of G
  std::vector<double> squared_norm;  ///< [D] Σ |G|², Frobenius
  Buffer<double> sum;                ///< [D, H, R] Σ G
};

struct Statistics {
  RunDescription run;
  std::vector<StateStatistics> states;
};

/// Atomic: the file appears whole or not at all. The same statistics give the same bytes.
/// @throws DataError or ResourceError naming the file if it cannot be written
void write_statistics(const std::filesystem::path& file, const Statistics& statistics);

/// @throws DataError naming file and place: missing, truncated, no statistics file, of a newer
///   version, not complete, shapes that do not fit the description, counts or squared norms below
///   zero, sums that are not finite; ResourceError if the memory does not suffice
[[nodiscard]] Statistics read_statistics(const std::filesystem::path& file);

}  // namespace stategrad::sinks

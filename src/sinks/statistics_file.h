// SPDX-License-Identifier: MIT
//
// statistics.h5: the seam between gradients and their analysis (docs/formats.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "sinks/run_description.h"

namespace stategrad::sinks {

inline constexpr const char* kStatisticsFileName = "statistics.h5";

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

/// Atomic: the file appears whole or not at all.
/// @throws DataError or ResourceError naming the file if it cannot be written
void write_statistics(const std::filesystem::path& file, const Statistics& statistics);

/// @throws DataError naming file and place: missing, truncated, no statistics file, of a newer
///   version, not complete, shapes that do not fit the description, counts below zero, sums that
///   are not finite
[[nodiscard]] Statistics read_statistics(const std::filesystem::path& file);

}  // namespace stategrad::sinks

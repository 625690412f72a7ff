// SPDX-License-Identifier: MIT
//
// The half-life of a measure, with its error bar.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "analysis/comparison.h"

namespace stategrad::analysis {

struct HalfLife {
  /// In words from the delay of the largest value, as horizon(). The error is infinite if it is not
  /// reached without every block.
  Estimate estimate;
  int blocks = 0;               ///< with something at the delay of the start
  std::vector<double> without;  ///< [K] without each block; not a number where it is not reached
  std::vector<double> sizes;    ///< [K] of the blocks, at the delay of the start
};

/// The half-life of the curve that is left without each block, put together by jackknife(). All
/// curves start at the delay of the largest value of all data. A delay at which a block has nothing
/// keeps its value.
/// @param delays the measure at delays 0, 1, …, each with as many blocks
/// @returns nothing if half is not reached within the delays
/// @throws UsageError if there are no delays, or not as many blocks at each
[[nodiscard]] std::optional<HalfLife> half_life(std::span<const LeaveOneOut> delays);

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
//
// Error bars from blocks.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace stategrad::analysis {

/// A number computed from data, and its standard error.
struct Estimate {
  double value = 0;
  double error = 0;

  /// error / |value| in per cent; 0 if there is no error, infinite if the value is 0 else.
  [[nodiscard]] double percent() const;
};

/// The delete-one-block jackknife for blocks of unequal size (Busing, Meijer and van der Leeden
/// 1999, "Delete-m jackknife for unequal m"). With h_b = Σ sizes / size_b, g blocks, θ from all
/// data and θ_b from all but block b:
///
///   τ_b = h_b θ - (h_b - 1) θ_b,   error² = 1/g Σ_b (τ_b - θ_J)² / (h_b - 1)
///
/// where θ_J = g θ - Σ_b (1 - 1/h_b) θ_b. For blocks of equal size it is the textbook's
/// (g-1)/g Σ (θ_b - mean θ_b)². Blocks should be contiguous and longer than what they hold is
/// correlated, so that they are about independent; with less than two blocks of a size above 0
/// the error is infinite.
/// @param all θ; returned as the value, not corrected for bias
/// @param without θ_b; not looked at where the size is 0
/// @param sizes of the blocks, not below 0, as many as there are θ_b
[[nodiscard]] Estimate jackknife(double all, std::span<const double> without,
                                 std::span<const double> sizes);

/// Means without each block, of numbers of which only the sum and the count in each block are
/// known: the θ_b of their mean. Not a number for a block that has everything.
/// @param sums, counts of as many blocks
[[nodiscard]] std::vector<double> means_without(std::span<const double> sums,
                                                std::span<const std::int64_t> counts);

/// The mean of numbers of which only the sum and the count in each block are known; not a number
/// if there are none.
/// @param sums, counts of as many blocks
[[nodiscard]] Estimate jackknife_mean(std::span<const double> sums,
                                      std::span<const std::int64_t> counts);

}  // namespace stategrad::analysis

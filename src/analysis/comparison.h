// SPDX-License-Identifier: MIT
//
// Which differences between classes survive the noise.
#pragma once

#include <span>
#include <vector>

#include "analysis/jackknife.h"

namespace stategrad::analysis {

inline constexpr double kConfidence = 0.95;

/// From low to high; infinite where nothing is known.
struct Interval {
  double low = 0;
  double high = 0;
};

/// value ± t error, with t the (1 + confidence)/2 quantile of Student's distribution of blocks - 1
/// degrees of freedom: the truth lies within in that share of all texts, if the blocks are
/// independent and θ_b is about linear in them. Infinite with less than two blocks.
/// @throws UsageError if not 0 < confidence < 1
[[nodiscard]] Interval confidence_interval(const Estimate& estimate, int blocks,
                                           double confidence = kConfidence);

/// What jackknife() takes: a measure of a class from all data and without each block.
struct LeaveOneOut {
  double all = 0;                   ///< θ
  std::span<const double> without;  ///< θ_b; not looked at where the size is 0
  std::span<const double> sizes;    ///< of the blocks, for this class
};

/// The difference of a measure between two classes, θ_A - θ_B, on the same blocks of one text.
struct Difference {
  Estimate estimate;
  int degrees_of_freedom = 0;
  Interval interval;
  double t = 0;  ///< estimate / error
  double p =
      1;  ///< two-sided: how often chance alone gives such a |t| or more, if there is no difference
};

/// A paired t test. With h_b = Σ sizes / size_b, the pseudo-values τ_b = h_b θ - (h_b - 1) θ_b and
/// θ_J as of jackknife(), and g blocks, each class has the contribution of a block to its error
///
///   u_b = (τ_b - θ_J) / √(g (h_b - 1)),  0 for a block without the class
///
/// whose squares add up to the error of jackknife(). What moves both classes in the same block
/// cancels:
///
///   error² = Σ_b (u_b(A) - u_b(B))²,   t = (θ_A - θ_B) / error
///
/// For equal sizes this is the textbook's paired t test on pseudo-values. The degrees of freedom
/// are one less than the blocks of the class that has fewer. It assumes blocks that are independent
/// of each other and pseudo-values near enough to normal; a bias that differs between the classes
/// (singular values of means of unequal counts are biased by noise) is not found by it, so give it
/// measures without such bias. With less than two blocks of either class the error is infinite and
/// p = 1; with an error of 0, p is 1 for equal values and 0 else.
/// @throws UsageError if the blocks of a and b are not as many, or not 0 < confidence < 1
[[nodiscard]] Difference compare_classes(const LeaveOneOut& a, const LeaveOneOut& b,
                                         double confidence = kConfidence);

/// Holm's correction for many comparisons (1979): with p sorted, p₁ ≤ … ≤ p_m, the i-th becomes
///
///   max_{j≤i} min(1, (m - j + 1) p_j)
///
/// If every comparison with a corrected value below α is called a difference, then the chance that
/// even one of them is none is at most α, however the comparisons depend on each other.
/// @param p in any order, which is kept
/// @throws UsageError if one is not from 0 to 1
[[nodiscard]] std::vector<double> correct_by_holm(std::span<const double> p);

}  // namespace stategrad::analysis

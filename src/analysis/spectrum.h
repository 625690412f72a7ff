// SPDX-License-Identifier: MIT
//
// Singular values of mean state gradients.
#pragma once

#include <cstdint>
#include <span>

#include "analysis/jackknife.h"

namespace stategrad::analysis {

/// The largest singular value of a matrix: the root of the largest eigenvalue of G Gᵀ or Gᵀ G,
/// whichever is smaller. A matrix and its transpose give the same, so that the layout does not
/// matter. Relative error about 1e-15 (it is the small singular values that squaring spoils). Cost
/// n² m + 4/3 n³ with n the smaller size.
/// @param matrix rows x columns values, row-major
/// @throws NumericalError if a value is not finite or the iteration does not converge
[[nodiscard]] double leading_singular_value(std::span<const double> matrix, int rows, int columns);

/// Sum of the matrices of a block of the data, and how many they were.
struct BlockSum {
  std::int64_t count = 0;
  std::span<const double> sum;  ///< rows x columns values
};

/// The largest singular value of the mean over all blocks, with its jackknife error. Cost
/// blocks + 1 times that of leading_singular_value(). The singular value of a noisy mean is too
/// large by about the noise, which the error shows but the value is not corrected for.
/// @throws UsageError if nothing was counted; NumericalError as above
[[nodiscard]] Estimate leading_singular_value_of_mean(std::span<const BlockSum> blocks, int rows,
                                                      int columns);

}  // namespace stategrad::analysis

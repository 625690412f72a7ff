// SPDX-License-Identifier: MIT
//
// Singular values and directions by the smaller of the two Gram matrices, AᵀA or AAᵀ: a tenth of
// the cost of decompose(), whose small singular values are exact.
#pragma once

#include <span>
#include <vector>

#include "analysis/dense.h"
#include "analysis/memory.h"

namespace stategrad::analysis {

using DenseMap = Eigen::Map<const Dense>;

/// A Gram matrix, of a matrix that was divided by its largest number, because the squares of very
/// small or very large ones leave the range of doubles.
class Gram {
 public:
  /// @param matrix must outlive this; cost min(rows, columns) rows columns
  /// @throws NumericalError if a value is not finite
  explicit Gram(const DenseMap& matrix);

  /// All singular values, falling, to about 1e-8 of the largest.
  /// @throws NumericalError if the iteration does not converge
  [[nodiscard]] std::vector<double> singular_values() const;

  /// The same with the first k right singular vectors, [k, columns].
  [[nodiscard]] Decomposition decompose(int k) const;

  /// The first right singular vector, [columns], by inverse iteration: any one of them where
  /// several singular values are the largest; zeros for a matrix of zeros.
  /// @param largest of singular_values()
  [[nodiscard]] Eigen::VectorXd leading_direction(double largest) const;

 private:
  [[nodiscard]] std::vector<double> values_of(const Eigen::VectorXd& eigenvalues) const;
  /// From rows in the space of the Gram matrix to right singular vectors.
  [[nodiscard]] Dense to_right(const Dense& rows) const;

  const DenseMap matrix_;
  double largest_ = 0;  ///< |number|
  bool wide_ = false;   ///< it is AAᵀ
  Dense gram_;
};

}  // namespace stategrad::analysis

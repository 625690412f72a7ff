// SPDX-License-Identifier: MIT
//
// What the sources of this room share with Eigen.
#pragma once

#include <Eigen/Dense>
#include <span>
#include <vector>

#include "analysis/matrix.h"

namespace stategrad::analysis {

using Dense = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

[[nodiscard]] inline Eigen::Map<const Dense> view(const Matrix& matrix) {
  return {matrix.values.data(), matrix.rows, matrix.columns};
}
[[nodiscard]] inline Eigen::Map<const Eigen::VectorXd> view(std::span<const double> vector) {
  return {vector.data(), static_cast<Eigen::Index>(vector.size())};
}
[[nodiscard]] inline Matrix to_matrix(const Dense& dense) {
  return {static_cast<int>(dense.rows()), static_cast<int>(dense.cols()),
          std::vector<double>(dense.data(), dense.data() + dense.size())};
}

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
#include "analysis/spectrum.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The mean over all blocks but one; left_out = -1: over all.
std::vector<double> mean_without(std::span<const BlockSum> blocks, std::ptrdiff_t left_out) {
  std::vector<double> mean(blocks.front().sum.size());
  std::int64_t count = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (static_cast<std::ptrdiff_t>(b) == left_out || blocks[b].count == 0) continue;
    count += blocks[b].count;
    std::transform(mean.begin(), mean.end(), blocks[b].sum.begin(), mean.begin(), std::plus());
  }
  for (double& value : mean) value /= static_cast<double>(count);
  return mean;
}

}  // namespace

double leading_singular_value(std::span<const double> matrix, int rows, int columns) {
  double largest = 0;
  for (const double value : matrix) {
    if (!std::isfinite(value)) {
      throw NumericalError("a matrix that is not finite has no singular values");
    }
    largest = std::max(largest, std::abs(value));
  }
  if (largest == 0) return 0;
  // Scaled, because the squares of very small or very large numbers leave the range of doubles.
  const Matrix scaled = Eigen::Map<const Matrix>(matrix.data(), rows, columns) / largest;
  const Matrix square =
      rows < columns ? Matrix(scaled * scaled.transpose()) : Matrix(scaled.transpose() * scaled);
  const Eigen::SelfAdjointEigenSolver<Matrix> solver(square, Eigen::EigenvaluesOnly);
  if (solver.info() != Eigen::Success) {
    throw NumericalError("the eigenvalues of a mean state gradient did not converge");
  }
  return largest * std::sqrt(std::max(0.0, solver.eigenvalues().maxCoeff()));
}

Estimate leading_singular_value_of_mean(std::span<const BlockSum> blocks, int rows, int columns) {
  const auto counted = std::count_if(blocks.begin(), blocks.end(),
                                     [](const BlockSum& block) { return block.count > 0; });
  if (counted == 0) throw UsageError("nothing was counted: there is no mean");
  const double all = leading_singular_value(mean_without(blocks, -1), rows, columns);
  std::vector<double> without(blocks.size(), all);
  std::vector<double> sizes(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    sizes[b] = static_cast<double>(blocks[b].count);
    if (counted < 2 || blocks[b].count == 0) continue;
    without[b] =
        leading_singular_value(mean_without(blocks, static_cast<std::ptrdiff_t>(b)), rows, columns);
  }
  return jackknife(all, without, sizes);
}

}  // namespace stategrad::analysis

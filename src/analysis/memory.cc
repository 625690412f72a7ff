// SPDX-License-Identifier: MIT
#include "analysis/memory.h"

#include <fmt/format.h>

#include <limits>
#include <numeric>

#include "analysis/dense.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {

Matrix multiply(const Matrix& a, const Matrix& b) {
  if (a.columns != b.rows) {
    throw UsageError(fmt::format("a matrix of {} x {} cannot be multiplied by one of {} x {}",
                                 a.rows, a.columns, b.rows, b.columns));
  }
  return to_matrix(view(a) * view(b));
}

Matrix inverse(const Matrix& matrix) {
  const Eigen::PartialPivLU<Dense> lu(view(matrix));
  if (!(lu.rcond() > std::numeric_limits<double>::epsilon())) {
    throw NumericalError(
        fmt::format("a singular matrix of {} x {} has no inverse", matrix.rows, matrix.columns));
  }
  return to_matrix(lu.inverse());
}

Decomposition decompose(const Matrix& matrix) {
  const Eigen::BDCSVD<Dense> svd(view(matrix), Eigen::ComputeThinU | Eigen::ComputeThinV);
  if (svd.info() != Eigen::Success || !svd.singularValues().allFinite()) {
    throw NumericalError(fmt::format("the singular values of a matrix of {} x {} were not found",
                                     matrix.rows, matrix.columns));
  }
  const Eigen::VectorXd& values = svd.singularValues();
  return {std::vector<double>(values.data(), values.data() + values.size()),
          to_matrix(svd.matrixV().transpose())};
}

std::vector<double> normalised_direction(const Matrix& Z, std::span<const double> vector) {
  const Eigen::VectorXd image = view(Z) * view(vector);
  const double norm = image.stableNorm();
  if (!(norm > 0)) throw NumericalError("a difference vector of 0 has no direction");
  std::vector<double> direction(static_cast<std::size_t>(image.size()));
  for (std::size_t i = 0; i < direction.size(); ++i) direction[i] = image[Eigen::Index(i)] / norm;
  return direction;
}

double relative_memory(const Matrix& gradient, std::span<const double> direction) {
  const double largest = decompose(gradient).values.front();
  if (!(largest > 0)) throw NumericalError("nothing at all is remembered: the mean is 0");
  return (view(gradient) * view(direction)).stableNorm() / largest;
}

SubspaceMeasure measure_subspace(const Decomposition& gradient, int x,
                                 std::span<const double> direction) {
  if (x < 1 || x > gradient.right.rows) {
    throw UsageError(
        fmt::format("X is {}: a number from 1 to {}, the number of singular values, "
                    "was expected",
                    x, gradient.right.rows));
  }
  const double all = std::accumulate(gradient.values.begin(), gradient.values.end(), 0.0);
  if (!(all > 0)) throw NumericalError("nothing at all is remembered: the mean is 0");
  const double first = std::accumulate(gradient.values.begin(), gradient.values.begin() + x, 0.0);
  return {.cosine = (view(gradient.right).topRows(x) * view(direction)).norm(),
          .percentage = 100 * first / all};
}

}  // namespace stategrad::analysis

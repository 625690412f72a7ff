// SPDX-License-Identifier: MIT
#include "analysis/angles.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "analysis/dense.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

constexpr double kDegrees = 180 / std::numbers::pi;

void require_directions(const Decomposition& of, int k) {
  if (k < 1 || k > of.right.rows) {
    throw UsageError(
        fmt::format("{} directions of a matrix of {} singular values: a number from 1 to {} was "
                    "expected",
                    k, of.right.rows, of.right.rows));
  }
  const double rounding = std::numeric_limits<double>::epsilon() * of.right.columns;
  if (!(of.values[static_cast<std::size_t>(k - 1)] > rounding * of.values.front())) {
    throw NumericalError(fmt::format(
        "a matrix of less than {} singular values above 0 does not remember {} directions", k, k));
  }
}

}  // namespace

std::vector<double> principal_angles(const Decomposition& a, const Decomposition& b, int k) {
  if (a.right.columns != b.right.columns) {
    throw UsageError(fmt::format("directions of {} and of {} dimensions have no angles",
                                 a.right.columns, b.right.columns));
  }
  require_directions(a, k);
  require_directions(b, k);
  const Dense first = view(a.right).topRows(k);
  const Dense second = view(b.right).topRows(k);
  const Dense product = second * first.transpose();
  const Eigen::VectorXd cosines = Eigen::BDCSVD<Dense>(product).singularValues();
  const Dense rest = second - product * first;
  // Falling like the cosines, but the largest sine belongs to the smallest cosine.
  const Eigen::VectorXd sines = Eigen::BDCSVD<Dense>(rest).singularValues();
  std::vector<double> degrees;
  degrees.reserve(static_cast<std::size_t>(k));
  for (Eigen::Index i = 0; i < k; ++i) {
    const double sine = std::min(1.0, sines(k - 1 - i));
    const double cosine = std::min(1.0, cosines(i));
    degrees.push_back(kDegrees * (2 * cosine * cosine >= 1 ? std::asin(sine) : std::acos(cosine)));
  }
  return degrees;
}

double subspace_overlap(std::span<const double> degrees) {
  double sum = 0;
  for (const double angle : degrees) {
    const double cosine = std::cos(angle / kDegrees);
    sum += cosine * cosine;
  }
  return sum / static_cast<double>(degrees.size());
}

}  // namespace stategrad::analysis

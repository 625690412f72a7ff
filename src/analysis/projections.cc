// SPDX-License-Identifier: MIT
#include "analysis/projections.h"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <map>

#include "analysis/dense.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

Eigen::Map<const Dense> vectors_of(const LabelledVectors& data) {
  return {data.x.data(), data.count(), data.size};
}

/// Projects on the eigenvectors of the k largest eigenvalues; solvers give them rising.
Projection project(const Dense& centred, const Eigen::VectorXd& values, const Dense& axes, int k) {
  Dense chosen(axes.rows(), k);
  std::vector<double> share;
  const double all = values.cwiseMax(0).sum();
  if (!(all > 0)) throw NumericalError("the vectors do not vary, so that no axis stands out");
  for (int i = 0; i < k; ++i) {
    const Eigen::Index from = axes.cols() - 1 - i;
    Eigen::Index largest = 0;
    axes.col(from).cwiseAbs().maxCoeff(&largest);
    chosen.col(i) = axes.col(from) * (axes(largest, from) < 0 ? -1 : 1);
    share.push_back(std::max(0.0, values(from)) / all);
  }
  return {to_matrix(centred * chosen), share};
}

void require_axes(int k, int most) {
  if (k < 1 || k > most) {
    throw UsageError(fmt::format("{} axes: a number from 1 to {} was expected", k, most));
  }
}

}  // namespace

Projection principal_components(const LabelledVectors& data, int k) {
  require_axes(k, data.size);
  const Eigen::RowVectorXd mean = vectors_of(data).colwise().mean();
  const Dense centred = vectors_of(data).rowwise() - mean;
  const Dense covariance = centred.transpose() * centred / std::max(1, data.count() - 1);
  const Eigen::SelfAdjointEigenSolver<Dense> solver(covariance);
  return project(centred, solver.eigenvalues(), solver.eigenvectors(), k);
}

Projection discriminants(const LabelledVectors& data, int k) {
  std::map<int, Eigen::RowVectorXd> means;
  std::map<int, int> counts;
  const auto x = vectors_of(data);
  for (int i = 0; i < data.count(); ++i) {
    const int label = data.y[static_cast<std::size_t>(i)];
    auto& sum = means.try_emplace(label, Eigen::RowVectorXd::Zero(data.size)).first->second;
    sum += x.row(i);
    ++counts[label];
  }
  const int classes = static_cast<int>(means.size());
  require_axes(k, std::min(classes - 1, data.size));
  const Eigen::RowVectorXd mean = x.colwise().mean();
  Dense between = Dense::Zero(data.size, data.size);
  for (auto& [label, sum] : means) {
    sum /= counts[label];
    between += (sum - mean).transpose() * (sum - mean) * counts[label] / data.count();
  }
  Dense deviations = x;
  for (int i = 0; i < data.count(); ++i) {
    deviations.row(i) -= means.at(data.y[static_cast<std::size_t>(i)]);
  }
  const Dense within = deviations.transpose() * deviations / std::max(1, data.count() - classes);
  const Eigen::LLT<Dense> cholesky(within);
  if (cholesky.info() != Eigen::Success || cholesky.rcond() < 1e-14) {
    throw NumericalError(fmt::format(
        "{} vectors of {} dimensions in {} classes do not vary in all directions within the "
        "classes: discriminants need more vectors",
        data.count(), data.size, classes));
  }
  const Eigen::GeneralizedSelfAdjointEigenSolver<Dense> solver(between, within);
  return project(x.rowwise() - mean, solver.eigenvalues(), solver.eigenvectors(), k);
}

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
#include "analysis/whitening.h"

#include <fmt/format.h>

#include "analysis/dense.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

Dense covariance_of(const Dense& centred) {
  return centred.transpose() * centred / static_cast<double>(centred.rows() - 1);
}

/// A pivot of the Cholesky decomposition that is only rounding error.
constexpr double kSingular = 1e-14;

[[noreturn]] void fail(const Matrix& embeddings) {
  throw NumericalError(fmt::format(
      "the covariance of {} embeddings of {} dimensions is singular: more than {} different "
      "embeddings and dimensions that do not depend on each other are needed",
      embeddings.rows, embeddings.columns, embeddings.columns));
}

double largest(const Dense& matrix) { return matrix.cwiseAbs().maxCoeff(); }

}  // namespace

Whitening whiten(const Matrix& embeddings) {
  const auto all = view(embeddings);
  if (embeddings.rows < 2) fail(embeddings);
  const Eigen::RowVectorXd mean = all.colwise().mean();
  const Dense covariance = covariance_of(all.rowwise() - mean);
  const Eigen::LLT<Dense> cholesky(covariance);
  const Dense D = cholesky.matrixL();
  if (cholesky.info() != Eigen::Success ||
      (D.diagonal().array().square() <= kSingular * covariance.diagonal().array()).any()) {
    fail(embeddings);
  }
  const Dense Z = D.triangularView<Eigen::Lower>().solve(Dense::Identity(D.rows(), D.cols()));
  return {std::vector<double>(mean.data(), mean.data() + mean.size()), to_matrix(covariance),
          to_matrix(D), to_matrix(Z)};
}

WhiteningCheck check_whitening(const Whitening& whitening, const Matrix& embeddings) {
  const auto Z = view(whitening.inverse);
  const Dense unit = Dense::Identity(Z.rows(), Z.cols());
  const Eigen::RowVectorXd mean = view(whitening.mean).transpose();
  const Dense centred = view(embeddings).rowwise() - mean;
  const Eigen::VectorXd values = Eigen::BDCSVD<Dense>(Z).singularValues();
  const Dense whitened = view(embeddings) * Z.transpose();
  const Eigen::RowVectorXd middle = whitened.colwise().mean();
  const Dense product = Z * view(whitening.factor);
  return {.mean = largest(centred.colwise().mean()),
          .identity = largest(product * product.transpose() - unit),
          .condition = values(0) / values(values.size() - 1),
          .covariance = largest(covariance_of(whitened.rowwise() - middle) - unit)};
}

}  // namespace stategrad::analysis

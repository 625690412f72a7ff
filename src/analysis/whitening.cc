// SPDX-License-Identifier: MIT
#include "analysis/whitening.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/dense.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

/// A pivot of the Cholesky decomposition, or an eigenvalue, that is only rounding error.
constexpr double kSingular = 1e-14;

[[noreturn]] void fail(const Matrix& embeddings) {
  throw NumericalError(fmt::format(
      "the covariance of {} embeddings of {} dimensions is singular: more than {} different "
      "embeddings and dimensions that do not depend on each other are needed",
      embeddings.rows, embeddings.columns, embeddings.columns));
}

double largest(const Dense& matrix) { return matrix.cwiseAbs().maxCoeff(); }

/// Embeddings that count p_k each; c = W/(W-1).
struct Sample {
  Eigen::VectorXd shares;
  double correction = 0;
};

Sample sample_of(const Matrix& embeddings, std::span<const double> weights) {
  if (weights.empty()) {
    const double V = embeddings.rows;
    return {Eigen::VectorXd::Constant(embeddings.rows, 1 / V), V / (V - 1)};
  }
  if (weights.size() != static_cast<std::size_t>(embeddings.rows)) {
    throw UsageError(fmt::format("{} weights for {} embeddings", weights.size(), embeddings.rows));
  }
  double sum = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    if (!(weights[k] >= 0) || !std::isfinite(weights[k])) {
      throw UsageError(
          fmt::format("the weight of embedding {} is {}: a finite number not below 0 was expected",
                      k, weights[k]));
    }
    sum += weights[k];
  }
  if (!(sum > 1)) {
    throw UsageError(fmt::format("the sum of the weights is {}: it must be above 1", sum));
  }
  return {view(weights) / sum, sum / (sum - 1)};
}

Dense covariance_of(const Dense& centred, const Sample& sample) {
  return sample.correction * (centred.transpose() * sample.shares.asDiagonal() * centred);
}

double sum_off_diagonal(const Dense& matrix) { return matrix.sum() - matrix.trace(); }

/// λ* of the header: var(S_ij) by Σ p² (q - q̄)² = Σ p² q² - 2 q̄ Σ p² q + q̄² Σ p².
double best_lambda(const Dense& centred, const Sample& sample, const Dense& covariance) {
  const double others = sum_off_diagonal(covariance.cwiseAbs2());
  if (!(others > 0)) return 1;
  const Eigen::VectorXd squares = sample.shares.cwiseAbs2();
  const Dense coordinates = centred.cwiseAbs2();
  const Dense mean = covariance / sample.correction;
  const Dense spread = Dense(coordinates.transpose() * squares.asDiagonal() * coordinates) -
                       2 * mean.cwiseProduct(centred.transpose() * squares.asDiagonal() * centred) +
                       squares.sum() * mean.cwiseAbs2();
  const double variance =
      sample.correction * sample.correction / (1 - squares.sum()) * sum_off_diagonal(spread);
  return std::clamp(variance / others, 0.0, 1.0);
}

double lambda_of(const WhiteningOptions& options, const Dense& centred, const Sample& sample,
                 const Dense& covariance) {
  switch (options.shrinkage) {
    case Shrinkage::kNone:
      return 0;
    case Shrinkage::kEstimated:
      return best_lambda(centred, sample, covariance);
    case Shrinkage::kGiven:
      break;
  }
  if (!(options.lambda >= 0 && options.lambda <= 1)) {
    throw UsageError(
        fmt::format("the shrinkage is {}: a number from 0 to 1 was expected", options.lambda));
  }
  return options.lambda;
}

/// A dimension in which all embeddings are equal has a variance of rounding errors, not of 0.
bool has_constant_dimension(const Dense& covariance, const Matrix& embeddings) {
  constexpr double kRounding = 1e-28;
  const Eigen::RowVectorXd squares = view(embeddings).cwiseAbs2().colwise().maxCoeff();
  return (covariance.diagonal().transpose().array() <= kRounding * squares.array()).any();
}

struct Roots {
  Dense factor;
  Dense inverse;
};

Roots cholesky_roots(const Dense& covariance, const Matrix& embeddings) {
  const Eigen::LLT<Dense> cholesky(covariance);
  const Dense D = cholesky.matrixL();
  if (cholesky.info() != Eigen::Success ||
      (D.diagonal().array().square() <= kSingular * covariance.diagonal().array()).any()) {
    fail(embeddings);
  }
  return {D, D.triangularView<Eigen::Lower>().solve(Dense::Identity(D.rows(), D.cols()))};
}

Roots symmetric_roots(const Dense& covariance, const Matrix& embeddings) {
  const Eigen::SelfAdjointEigenSolver<Dense> solver(covariance);
  const Eigen::VectorXd& values = solver.eigenvalues();
  if (solver.info() != Eigen::Success || !(values.minCoeff() > kSingular * values.maxCoeff())) {
    fail(embeddings);
  }
  return {solver.operatorSqrt(), solver.operatorInverseSqrt()};
}

}  // namespace

Whitening whiten(const Matrix& embeddings, const WhiteningOptions& options) {
  if (embeddings.rows < 2) fail(embeddings);
  const Sample sample = sample_of(embeddings, options.weights);
  if (!(sample.shares.maxCoeff() < 1)) fail(embeddings);
  const auto all = view(embeddings);
  const Eigen::RowVectorXd mean = sample.shares.transpose() * all;
  const Dense centred = all.rowwise() - mean;
  Dense covariance = covariance_of(centred, sample);
  const double lambda = lambda_of(options, centred, sample, covariance);
  const Eigen::VectorXd variances = covariance.diagonal();
  covariance *= 1 - lambda;
  covariance.diagonal() = variances;
  if (has_constant_dimension(covariance, embeddings)) fail(embeddings);
  const Roots roots = options.root == WhiteningRoot::kCholesky
                          ? cholesky_roots(covariance, embeddings)
                          : symmetric_roots(covariance, embeddings);
  return {std::vector<double>(mean.data(), mean.data() + mean.size()), to_matrix(covariance),
          to_matrix(roots.factor), to_matrix(roots.inverse), lambda};
}

WhiteningCheck check_whitening(const Whitening& whitening, const Matrix& embeddings,
                               std::span<const double> weights) {
  const Sample sample = sample_of(embeddings, weights);
  const auto Z = view(whitening.inverse);
  const Dense unit = Dense::Identity(Z.rows(), Z.cols());
  const Eigen::RowVectorXd mean = view(whitening.mean).transpose();
  const Dense centred = view(embeddings).rowwise() - mean;
  const Eigen::VectorXd values = Eigen::BDCSVD<Dense>(Z).singularValues();
  const Dense whitened = view(embeddings) * Z.transpose();
  const Eigen::RowVectorXd middle = sample.shares.transpose() * whitened;
  const Dense product = Z * view(whitening.factor);
  return {.mean = largest(sample.shares.transpose() * centred),
          .identity = largest(product * product.transpose() - unit),
          .condition = values(0) / values(values.size() - 1),
          .covariance = largest(covariance_of(whitened.rowwise() - middle, sample) - unit)};
}

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
#include "analysis/gram.h"

#include <algorithm>
#include <cmath>

#include "kernels/gemm.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using Solver = Eigen::SelfAdjointEigenSolver<Dense>;

Solver solve(const Dense& gram, int what) {
  Solver solver(gram, what);
  if (solver.info() != Eigen::Success) {
    throw NumericalError("the eigenvalues of a mean state gradient did not converge");
  }
  return solver;
}

}  // namespace

Gram::Gram(const DenseMap& matrix) : matrix_(matrix), wide_(matrix.rows() < matrix.cols()) {
  if (!matrix.allFinite()) {
    throw NumericalError("a matrix that is not finite has no singular values");
  }
  largest_ = matrix.cwiseAbs().maxCoeff();
  const Eigen::Index n = std::min(matrix.rows(), matrix.cols());
  gram_ = Dense::Zero(n, n);
  if (largest_ == 0) return;
  const Dense scaled = matrix / largest_;
  const kernels::Operand<double> plain{scaled.data(), scaled.cols(), false};
  const kernels::Operand<double> turned{scaled.data(), scaled.cols(), true};
  kernels::gemm<double>(n, n, std::max(matrix.rows(), matrix.cols()), 1, wide_ ? plain : turned,
                        wide_ ? turned : plain, 0, gram_.data(), n);
}

std::vector<double> Gram::values_of(const Eigen::VectorXd& eigenvalues) const {
  std::vector<double> values;
  for (Eigen::Index i = eigenvalues.size() - 1; i >= 0; --i) {
    values.push_back(largest_ * std::sqrt(std::max(0.0, eigenvalues[i])));
  }
  return values;
}

Dense Gram::to_right(const Dense& rows) const {
  if (!wide_) return rows;
  Dense right = rows * (matrix_ / largest_);
  right.rowwise().normalize();
  return right;
}

std::vector<double> Gram::singular_values() const {
  if (largest_ == 0) return std::vector<double>(static_cast<std::size_t>(gram_.rows()));
  return values_of(solve(gram_, Eigen::EigenvaluesOnly).eigenvalues());
}

Decomposition Gram::decompose(int k) const {
  const Solver solver = solve(gram_, Eigen::ComputeEigenvectors);
  const Dense leading = solver.eigenvectors().rightCols(k).rowwise().reverse().transpose();
  return {values_of(solver.eigenvalues()),
          to_matrix(largest_ == 0 ? Dense(Dense::Zero(k, matrix_.cols())) : to_right(leading))};
}

Eigen::VectorXd Gram::leading_direction(double largest) const {
  if (largest_ == 0) return Eigen::VectorXd::Zero(matrix_.cols());
  // Slightly above the largest eigenvalue, so that what is factored is positive definite.
  constexpr double kAbove = 1e-10;
  constexpr int kIterations = 4;
  const double shift = (1 + kAbove) * (largest / largest_) * (largest / largest_);
  const Eigen::LDLT<Dense> factors(
      Dense(shift * Dense::Identity(gram_.rows(), gram_.rows()) - gram_));
  Eigen::Index start = 0;
  gram_.diagonal().maxCoeff(&start);
  Eigen::VectorXd direction = gram_.col(start).normalized();
  for (int i = 0; i < kIterations; ++i) direction = factors.solve(direction).normalized();
  return to_right(direction.transpose()).row(0);
}

}  // namespace stategrad::analysis

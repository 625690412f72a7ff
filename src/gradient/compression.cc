// SPDX-License-Identifier: MIT
#include "gradient/compression.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/gemm.h"

namespace stategrad::gradient {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr int kFirstDelay = 6;  // before it trained models have nothing to drop
/// Fewer rows saved than a tenth do not pay for the compression.
constexpr int worthwhile(int rank) { return static_cast<int>(std::int64_t{rank} * 9 / 10); }

std::size_t area(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

MatrixXd orthonormal_basis(const MatrixXd& columns) {
  const Eigen::HouseholderQR<MatrixXd> qr(columns);
  return qr.householderQ() * MatrixXd::Identity(columns.rows(), columns.cols());
}

}  // namespace

std::vector<int> compression_delays(int max_delay) {
  std::vector<int> delays;
  for (std::int64_t delay = kFirstDelay; delay < max_delay; delay = (4 * delay + 2) / 3) {
    delays.push_back(static_cast<int>(delay));
  }
  return delays;
}

MatrixXd dominant_directions(const MatrixXd& gram, double loss, Index most) {
  const Index size = gram.rows();
  const double trace = gram.trace();
  if (!std::isfinite(trace) || trace <= 0) return {};
  // The blocks' residuals add up to the residual trace, so none of them exceeds it; what rounding
  // may hide of it counts as lost.
  const double hidden = static_cast<double>(size) * std::numeric_limits<double>::epsilon() * trace;
  const double limit = loss * loss - hidden;
  if (limit <= 0) return {};
  MatrixXd factor(size, most);
  Eigen::VectorXd residual = gram.diagonal();
  for (Index k = 0;; ++k) {
    if (residual.sum() <= limit) return orthonormal_basis(factor.leftCols(k));
    if (k == most) return {};
    Index pivot = 0;
    const double largest = residual.maxCoeff(&pivot);
    factor.col(k) = gram.col(pivot);
    factor.col(k).noalias() -= factor.leftCols(k) * factor.row(pivot).head(k).transpose();
    factor.col(k) /= std::sqrt(largest);
    residual = (residual.array() - factor.col(k).array().square()).max(0);
    residual[pivot] = 0;
  }
}

template <class Real>
SourceCompressor<Real>::SourceCompressor(int slots, int rows, int size, double tolerance,
                                         int workers)
    : rows_(rows),
      size_(size),
      most_(worthwhile(rows)),
      loss_(compression_loss(tolerance)),
      ranks_(static_cast<std::size_t>(slots), rows),
      directions_(static_cast<std::size_t>(slots) * area(rows, most_)),
      wide_(static_cast<std::size_t>(workers) * area(rows, size)),
      product_(static_cast<std::size_t>(workers) * area(rows, size)),
      expanded_(area(rows, size)) {}

template <class Real>
double SourceCompressor<Real>::bytes(int slots, int rows, int size, int workers) {
  return 8.0 * slots * rows * worthwhile(rows) + 16.0 * workers * rows * size +
         static_cast<double>(sizeof(Real)) * rows * size;
}

template <class Real>
double* SourceCompressor<Real>::directions(std::size_t slot) {
  return directions_.data() + slot * area(rows_, most_);
}

template <class Real>
const double* SourceCompressor<Real>::widen(int worker, int rank, const Real* block) {
  double* wide = wide_.data() + static_cast<std::size_t>(worker) * area(rows_, size_);
  std::copy_n(block, area(rank, size_), wide);
  return wide;
}

template <class Real>
MatrixXd SourceCompressor<Real>::gram_of(int worker, int rank, std::span<Real* const> blocks) {
  MatrixXd sum = MatrixXd::Zero(rank, rank);
  MatrixXd gram(rank, rank);
  for (const Real* block : blocks) {
    const double* wide = widen(worker, rank, block);
    kernels::gemm<double>(rank, rank, size_, 1, {wide, size_}, {wide, size_, true}, 0, gram.data(),
                          rank);
    // A block of zeros loses nothing.
    if (const double trace = gram.trace(); trace != 0) sum += gram / trace;
  }
  return sum;
}

template <class Real>
void SourceCompressor<Real>::compress(int worker, std::size_t slot, std::span<Real* const> blocks) {
  const int rank = ranks_[slot];
  const RowMajor kept = dominant_directions(gram_of(worker, rank, blocks), loss_, worthwhile(rank));
  const auto reduced = static_cast<int>(kept.cols());
  if (reduced == 0) return;
  double* product = product_.data() + static_cast<std::size_t>(worker) * area(rows_, size_);
  for (Real* block : blocks) {
    const double* wide = widen(worker, rank, block);
    kernels::gemm<double>(reduced, size_, rank, 1, {kept.data(), reduced, true}, {wide, size_}, 0,
                          product, size_);
    std::transform(product, product + area(reduced, size_), block,
                   [](double value) { return static_cast<Real>(value); });
  }
  double* total = directions(slot);
  if (rank == rows_) {
    std::copy_n(kept.data(), area(rank, reduced), total);
  } else {
    const RowMajor before = Eigen::Map<const RowMajor>(total, rows_, rank);
    kernels::gemm<double>(rows_, reduced, rank, 1, {before.data(), rank}, {kept.data(), reduced}, 0,
                          total, reduced);
  }
  ranks_[slot] = reduced;
}

template <class Real>
void SourceCompressor<Real>::add(int worker, std::size_t slot, const Real* rows, double* sum) {
  const int rank = ranks_[slot];
  kernels::gemm<double>(rows_, size_, rank, 1, {directions(slot), rank},
                        {widen(worker, rank, rows), size_}, 1, sum, size_);
}

template <class Real>
const Real* SourceCompressor<Real>::expand(std::size_t slot, const Real* rows) {
  double* product = product_.data();
  std::fill_n(product, area(rows_, size_), 0.0);
  add(0, slot, rows, product);
  std::transform(product, product + area(rows_, size_), expanded_.begin(),
                 [](double value) { return static_cast<Real>(value); });
  return expanded_.data();
}

template class SourceCompressor<float>;
template class SourceCompressor<double>;

}  // namespace stategrad::gradient

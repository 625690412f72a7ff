// SPDX-License-Identifier: MIT
#include "kernels/gemm.h"

#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "stategrad/errors.h"

namespace stategrad::kernels {
namespace {

/// OpenBLAS's own threads would fight with the team (performance drops by a factor of 1.5 to 4).
void turn_blas_threads_off() {
  static const bool done = (openblas_set_num_threads(1), true);
  static_cast<void>(done);
}

blasint to_blas(std::int64_t n) {
  if (n > std::numeric_limits<blasint>::max()) {
    throw ResourceError(fmt::format("a matrix dimension of {} is too large for the BLAS", n));
  }
  return static_cast<blasint>(n);
}

CBLAS_TRANSPOSE transpose(bool transposed) { return transposed ? CblasTrans : CblasNoTrans; }

void blas_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, blasint m, blasint n, blasint k, float alpha,
               Operand<float> a, Operand<float> b, float beta, float* c, blasint ldc) {
  cblas_sgemm(CblasRowMajor, ta, tb, m, n, k, alpha, a.data, to_blas(a.stride), b.data,
              to_blas(b.stride), beta, c, ldc);
}

void blas_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, blasint m, blasint n, blasint k,
               double alpha, Operand<double> a, Operand<double> b, double beta, double* c,
               blasint ldc) {
  cblas_dgemm(CblasRowMajor, ta, tb, m, n, k, alpha, a.data, to_blas(a.stride), b.data,
              to_blas(b.stride), beta, c, ldc);
}

void blas_gemv(blasint m, blasint n, float alpha, const float* a, blasint lda, const float* x,
               float beta, float* y) {
  cblas_sgemv(CblasRowMajor, CblasNoTrans, m, n, alpha, a, lda, x, 1, beta, y, 1);
}

void blas_gemv(blasint m, blasint n, double alpha, const double* a, blasint lda, const double* x,
               double beta, double* y) {
  cblas_dgemv(CblasRowMajor, CblasNoTrans, m, n, alpha, a, lda, x, 1, beta, y, 1);
}

/// The operand whose first row (of op) is `row` of this one, or first column `column`.
template <class Real>
Operand<Real> from_row(Operand<Real> a, std::int64_t row) {
  a.data += a.transposed ? row : row * a.stride;
  return a;
}

template <class Real>
Operand<Real> from_column(Operand<Real> a, std::int64_t column) {
  a.data += a.transposed ? column * a.stride : column;
  return a;
}

}  // namespace

template <class Real>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, Real alpha, Operand<Real> a,
          Operand<Real> b, Real beta, Real* c, std::int64_t c_stride) {
  turn_blas_threads_off();
  if (m <= 0 || n <= 0) return;
  if (beta == 0) {
    // BLAS libraries differ in whether NaN in C survives beta = 0 when alpha or k is 0.
    if (k <= 0) {
      for (std::int64_t i = 0; i < m; ++i) std::fill_n(c + i * c_stride, n, Real{0});
      return;
    }
  }
  blas_gemm(transpose(a.transposed), transpose(b.transposed), to_blas(m), to_blas(n), to_blas(k),
            alpha, a, b, beta, c, to_blas(c_stride));
}

template <class Real>
void gemm(ThreadTeam& team, std::int64_t m, std::int64_t n, std::int64_t k, Real alpha,
          Operand<Real> a, Operand<Real> b, Real beta, Real* c, std::int64_t c_stride) {
  // Below this many multiplications waking the team costs more than it gives.
  constexpr std::int64_t kWorthwhile = 100'000;
  if (team.size() == 1 || m * n * k < kWorthwhile) {
    gemm(m, n, k, alpha, a, b, beta, c, c_stride);
    return;
  }
  // Shares end at whole lines of memory and at whole tiles of the library's kernels.
  constexpr std::int64_t kGrain = 16;
  team.run([&](ThreadTeam::Worker& worker) {
    if (m >= n) {
      const auto [first, last] = worker.share(m, kGrain);
      gemm(last - first, n, k, alpha, from_row(a, first), b, beta, c + first * c_stride, c_stride);
    } else {
      const auto [first, last] = worker.share(n, kGrain);
      gemm(m, last - first, k, alpha, a, from_column(b, first), beta, c + first, c_stride);
    }
  });
}

template <class Real>
void gemv(std::int64_t m, std::int64_t n, Real alpha, const Real* a, std::int64_t a_stride,
          const Real* x, Real beta, Real* y) {
  turn_blas_threads_off();
  if (m <= 0) return;
  if (n <= 0) {
    for (std::int64_t i = 0; i < m; ++i) y[i] = beta == 0 ? Real{0} : beta * y[i];
    return;
  }
  blas_gemv(to_blas(m), to_blas(n), alpha, a, to_blas(a_stride), x, beta, y);
}

template void gemm(std::int64_t, std::int64_t, std::int64_t, float, Operand<float>, Operand<float>,
                   float, float*, std::int64_t);
template void gemm(std::int64_t, std::int64_t, std::int64_t, double, Operand<double>,
                   Operand<double>, double, double*, std::int64_t);
template void gemm(ThreadTeam&, std::int64_t, std::int64_t, std::int64_t, float, Operand<float>,
                   Operand<float>, float, float*, std::int64_t);
template void gemm(ThreadTeam&, std::int64_t, std::int64_t, std::int64_t, double, Operand<double>,
                   Operand<double>, double, double*, std::int64_t);
template void gemv(std::int64_t, std::int64_t, float, const float*, std::int64_t, const float*,
                   float, float*);
template void gemv(std::int64_t, std::int64_t, double, const double*, std::int64_t, const double*,
                   double, double*);

}  // namespace stategrad::kernels

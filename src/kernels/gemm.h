// SPDX-License-Identifier: MIT
//
// Matrix products on the thread team: OpenBLAS with its own threads off, split by hand.
#pragma once

#include <cstdint>

#include "stategrad/thread_team.h"

namespace stategrad::kernels {

/// A row-major matrix operand: element (i, j) of op(A) is data[i*stride + j], or data[j*stride + i]
/// when transposed.
template <class Real>
struct Operand {
  const Real* data = nullptr;
  std::int64_t stride = 0;
  bool transposed = false;
};

/// C [m, n] = alpha op(A) [m, k] op(B) [k, n] + beta C, on the calling thread alone.
/// Real is float or double. With beta 0, C is not read (so NaN in it does not matter).
template <class Real>
void gemm(std::int64_t m, std::int64_t n, std::int64_t k, Real alpha, Operand<Real> a,
          Operand<Real> b, Real beta, Real* c, std::int64_t c_stride);

/// The same, split over the team along the longer side of C.
template <class Real>
void gemm(ThreadTeam& team, std::int64_t m, std::int64_t n, std::int64_t k, Real alpha,
          Operand<Real> a, Operand<Real> b, Real beta, Real* c, std::int64_t c_stride);

/// y [m] = alpha A [m, n] x [n] + beta y, on the calling thread alone.
template <class Real>
void gemv(std::int64_t m, std::int64_t n, Real alpha, const Real* a, std::int64_t a_stride,
          const Real* x, Real beta, Real* y);

}  // namespace stategrad::kernels

// SPDX-License-Identifier: MIT
//
// Products of matrices of a few dozen rows, and few directions that nearly span them.
#pragma once

#include <cstdint>

namespace stategrad::kernels {

/// U [rows, inner] times V [inner, size], both row-major without gaps.
template <class Real>
struct SmallProduct {
  int rows = 0;
  int inner = 0;
  int size = 0;
  const Real* u = nullptr;
  const Real* v = nullptr;
};

/// sum [rows, size] += U V, on the calling thread alone. The elements of U V are formed in Real and
/// added in float64.
template <class Real>
void add_product(const SmallProduct<Real>& product, double* sum);

/// Numbers from one row to the next of the matrices below, whose rows have `size` numbers and then
/// zeros.
[[nodiscard]] constexpr std::int64_t padded(std::int64_t size) { return (size + 7) / 8 * 8; }

/// A matrix G, symmetric and positive semidefinite.
struct GramMatrix {
  int size = 0;
  const double* values = nullptr;  ///< [size, padded(size)]
};

struct PivotedFactor {
  int count = 0;        ///< k
  double residual = 0;  ///< trace(G - L Lᵀ)
};

/// Pivoted Cholesky factorization G ≈ L Lᵀ that stops as soon as the residual trace is at most
/// `limit`, or when L has `most` columns. The residual of numbers that are not finite is not
/// finite.
/// @param columns out, [most + 1, padded(size)]: a row for each column of L; the last is room to
/// work Cost: size k² operations.
[[nodiscard]] PivotedFactor pivoted_cholesky(const GramMatrix& gram, double limit, int most,
                                             double* columns);

/// Makes linearly independent columns orthonormal, one after the other; each spans with those
/// before it what it did before.
/// @param columns [count + 1, padded(size)], a row for each column, count ≤ size; the last is room
/// Cost: 4 size count² operations.
void orthonormalize(int size, int count, double* columns);

}  // namespace stategrad::kernels

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

struct Directions {
  int count = 0;    ///< k
  double lost = 0;  ///< trace(G - V Vᵀ G)
};

/// Few orthonormal columns V [size, k] that span most of G: the columns of its pivoted Cholesky
/// factorization, each made orthogonal to those before it, until trace(G - V Vᵀ G) <= limit or
/// there are `most`. For G = J Jᵀ that trace is |J - V Vᵀ J|²; it is nearly as small as that of the
/// eigenvectors, and much smaller than the factorization's residual. It is not finite when G is
/// not.
/// @param columns out, [2 (most + 1), padded(size)]: a row for each column of V, then room to work
/// Cost: size k (3 k + size) multiplications.
[[nodiscard]] Directions dominant_directions(const GramMatrix& gram, double limit, int most,
                                             double* columns);

}  // namespace stategrad::kernels

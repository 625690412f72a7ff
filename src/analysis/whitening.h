// SPDX-License-Identifier: MIT
//
// Embeddings of equal variance in all directions.
#pragma once

#include <vector>

#include "analysis/matrix.h"

namespace stategrad::analysis {

/// The transformation to equal variance, of the original: with emb the V x E embeddings, each word
/// once, and m their mean,
///
///   C = (emb - m)ᵀ (emb - m) / (V - 1),   C = D Dᵀ (Cholesky, D lower),   Z = D⁻¹
///
/// so that the covariance of Z·emb is I, and the derivative with respect to Z·x of what has the
/// derivative G with respect to x is G·D.
struct Whitening {
  std::vector<double> mean;  ///< [E]
  Matrix covariance;         ///< C [E, E]
  Matrix factor;             ///< D [E, E]
  Matrix inverse;            ///< Z [E, E]
};

/// Cost V E² + E³.
/// @param embeddings [V, E]
/// @throws NumericalError if C is singular: fewer than E + 1 different embeddings, or a dimension
///   that depends on others
[[nodiscard]] Whitening whiten(const Matrix& embeddings);

/// How far a whitening is from what it should be.
struct WhiteningCheck {
  double mean = 0;       ///< largest |mean of emb - m|
  double identity = 0;   ///< largest |Z D Dᵀ Zᵀ - I|
  double condition = 0;  ///< σ₁ / σ_E of Z; many digits of directions are lost when it is large
  double covariance = 0;  ///< largest |covariance of Z·emb - I|
};

/// Computes them anew from the embeddings. Cost V E² + E³.
[[nodiscard]] WhiteningCheck check_whitening(const Whitening& whitening, const Matrix& embeddings);

}  // namespace stategrad::analysis

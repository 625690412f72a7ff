// SPDX-License-Identifier: MIT
//
// Embeddings of equal variance in all directions.
#pragma once

#include <span>
#include <vector>

#include "analysis/matrix.h"

namespace stategrad::analysis {

/// Which root D of the covariance, C = D Dᵀ. The roots differ by a rotation of the whitened space,
/// so that singular values, relative memory, cosines and angles of gradients are the same with
/// each.
enum class WhiteningRoot {
  kCholesky,   ///< D lower triangular: the original's
  kSymmetric,  ///< D = C^½, Z = C^-½ (ZCA): whitened embeddings stay closest to those before
};

/// How much of the covariance is replaced by its diagonal.
enum class Shrinkage {
  kNone,       ///< the original's
  kEstimated,  ///< λ* of Schäfer and Strimmer
  kGiven,      ///< λ
};

struct WhiteningOptions {
  /// How often each embedding counts, such as the count of its word; empty: once, the original's.
  std::vector<double> weights = {};
  Shrinkage shrinkage = Shrinkage::kNone;
  double lambda = 0;  ///< from 0 to 1, for Shrinkage::kGiven
  WhiteningRoot root = WhiteningRoot::kCholesky;
};

/// The transformation to equal variance. With emb the V x E embeddings x_k, w_k their weights, W =
/// Σ w_k and p_k = w_k / W,
///
///   m = Σ p_k x_k,   S = W/(W-1) Σ p_k (x_k - m)(x_k - m)ᵀ,   C = (1-λ) S + λ diag(S) = D Dᵀ,   Z
///   = D⁻¹
///
/// so that with λ = 0 the covariance of Z·emb is I, and the derivative with respect to Z·x of what
/// has the derivative G with respect to x is G·D. Without options this is the original's: all w_k =
/// 1, λ = 0, D lower triangular.
struct Whitening {
  std::vector<double> mean;  ///< m [E]
  Matrix covariance;         ///< C [E, E]
  Matrix factor;             ///< D [E, E]
  Matrix inverse;            ///< Z [E, E]
  double lambda = 0;
};

/// Shrinkage::kEstimated chooses the λ of least expected squared error of C (Ledoit and Wolf 2003;
/// for the diagonal as target Schäfer and Strimmer 2005): with c = W/(W-1), q_kij the product of
/// the coordinates i and j of x_k - m, and q̄_ij = Σ_k p_k q_kij = S_ij / c,
///
///   λ* = Σ_{i≠j} var(S_ij) / Σ_{i≠j} S_ij²,  between 0 and 1,
///   var(S_ij) = c² / (1 - Σ p_k²) Σ_k p_k² (q_kij - q̄_ij)²
///
/// The sample is one of words and not of tokens: a frequent word weighs more, but is one
/// observation. So its weight raises λ*. Cost V E² + E³.
/// @param embeddings [V, E]
/// @throws UsageError if weights are not V finite numbers, not below 0, of a sum above 1, or λ is
/// not
///   from 0 to 1; NumericalError if C is singular: fewer than E + 1 different embeddings of a
///   weight above 0, or a dimension that depends on others, without shrinkage; a dimension without
///   variance
[[nodiscard]] Whitening whiten(const Matrix& embeddings, const WhiteningOptions& options = {});

/// Above this condition number of Z some directions of the embeddings are nearly unused, and
/// gradients with respect to them are blown up.
inline constexpr double kLargestCondition = 100;

/// How far a whitening is from what it should be.
struct WhiteningCheck {
  double mean = 0;       ///< largest |mean of emb - m|
  double identity = 0;   ///< largest |Z D Dᵀ Zᵀ - I|
  double condition = 0;  ///< σ₁ / σ_E of Z; many digits of directions are lost when it is large
  /// Largest |covariance of Z·emb - I|: rounding, unless the covariance was shrunk.
  double covariance = 0;
};

/// Computes them anew from the embeddings. Cost V E² + E³.
/// @param weights those of the whitening
/// @throws UsageError as whiten()
[[nodiscard]] WhiteningCheck check_whitening(const Whitening& whitening, const Matrix& embeddings,
                                             std::span<const double> weights = {});

}  // namespace stategrad::analysis

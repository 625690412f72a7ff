// SPDX-License-Identifier: MIT
//
// What a mean state gradient remembers of directions, and how sure that is.
#pragma once

#include <span>
#include <vector>

#include "analysis/jackknife.h"
#include "analysis/memory.h"
#include "analysis/spectrum.h"

namespace stategrad::analysis {

/// The remembered directions of the mean Ḡ over all blocks, and of those without each of them.
struct BlockSubspaces {
  Decomposition all;                   ///< of Ḡ: all values, the first k right singular vectors
  std::vector<Decomposition> without;  ///< [K] the same without block b; `all` if b is empty
  std::vector<double> sizes;           ///< [K] counts
};

/// Cost: one SVD and an eigenvalue problem of the smaller size of the matrix per block; the
/// smaller singular values without a block are exact to about 1e-8 of the largest.
/// @param blocks sums [H, E] of (normalised) state gradients
/// @param k 1 … min(H, E)
/// @throws UsageError if nothing was counted or k is out of range; NumericalError as decompose()
[[nodiscard]] BlockSubspaces block_subspaces(std::span<const BlockSum> blocks, int rows,
                                             int columns, int k);

/// A direction beside what is remembered best; NaN where the mean is 0.
struct DirectionMeasure {
  Estimate relative_memory;  ///< |Ḡ v̂| / σ₁
  Estimate cosine;           ///< |V_kᵀ v̂|
  /// Of random directions, evenly spread, the root of the mean square: |Ḡ| / (σ₁ √E) with the
  /// Frobenius norm, and √(k/E).
  double chance_relative_memory = 0;
  double chance_cosine = 0;
};

/// Errors by the jackknife; the direction counts as known. Cost 2 H E per block.
/// @param subspaces of these blocks
/// @param direction [E] of length 1
[[nodiscard]] DirectionMeasure measure_direction(std::span<const BlockSum> blocks,
                                                 const BlockSubspaces& subspaces,
                                                 std::span<const double> direction);

/// How two remembered subspaces of k dimensions lie to each other.
struct SubspaceComparison {
  std::vector<double> degrees;  ///< [k] principal angles, rising
  double mean_cosine = 0;       ///< 1/k Σ cos θ_i
  Estimate overlap;   ///< 1/k Σ cos² θ_i = |V₁ᵀ V₂|² / k, with its jackknife error
  double chance = 0;  ///< the overlap of random subspaces, k / E
  int blocks = 0;     ///< that the error comes from
};

/// Both are of the same blocks of a text, so that each block is left out of both at once.
/// @throws UsageError as principal_angles(), or if the numbers of blocks differ; NumericalError as
///   principal_angles()
[[nodiscard]] SubspaceComparison compare_subspaces(const BlockSubspaces& a, const BlockSubspaces& b,
                                                   int k);

/// The same for two texts or models whose blocks have nothing to do with each other: each is left
/// out on its own, and the errors are added in quadrature.
[[nodiscard]] SubspaceComparison compare_independent_subspaces(const BlockSubspaces& a,
                                                               const BlockSubspaces& b, int k);

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
//
// Do two mean state gradients remember the same directions?
#pragma once

#include <span>
#include <vector>

#include "analysis/memory.h"

namespace stategrad::analysis {

/// Principal angles between the subspaces spanned by the first k right singular vectors of two
/// matrices (Björck and Golub 1973): with V₁, V₂ [E, k] and the singular values of V₁ᵀ V₂,
///
///   θ_i = arccos σ_i(V₁ᵀ V₂), in degrees, rising: 0 for a common direction, 90 for one at right
///   angles
///
/// Angles below 45° come from the sines, the singular values of V₂ - V₁ V₁ᵀ V₂, because the
/// arccosine loses half the digits near 1 (Knyazev and Argentati 2002). Both decompositions must be
/// of gradients to the same embeddings, whitened alike. A subspace is only as sure as the gap
/// between σ_k and σ_{k+1} of its matrix: where the two are equal within their errors, so is the
/// choice of directions arbitrary. Cost E k² + k³.
/// @return k angles
/// @throws UsageError if not 1 <= k <= the number of singular values of both, or their E differ;
///   NumericalError if σ_k of one of them is 0 to rounding: it remembers fewer than k directions
[[nodiscard]] std::vector<double> principal_angles(const Decomposition& a, const Decomposition& b,
                                                   int k);

/// 1/k Σ cos² θ_i: 1 for the same subspace, 0 for subspaces at right angles. Two random subspaces
/// of k of E dimensions have k/E in the mean, so that only what is above it tells of likeness.
/// @param degrees at least one
[[nodiscard]] double subspace_overlap(std::span<const double> degrees);

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
//
// Vectors in a plane: principal components and discriminants.
#pragma once

#include <vector>

#include "analysis/matrix.h"
#include "analysis/probe.h"

namespace stategrad::analysis {

struct Projection {
  Matrix coordinates;         ///< [n, k]
  std::vector<double> share;  ///< [k] of the variance (of the one between classes) on each axis
};

/// Principal components: coordinates of x - mean along the k eigenvectors of the covariance with
/// the largest eigenvalues, each turned so that its largest number is positive. Cost n E² + E³.
/// @throws UsageError unless 1 <= k <= E; NumericalError if all vectors are the same
[[nodiscard]] Projection principal_components(const LabelledVectors& data, int k);

/// Linear discriminants: the k axes w that maximise wᵀ B w / wᵀ W w, with the covariances between
/// classes, B = Σ_c n_c (m_c - m)(m_c - m)ᵀ / n, and within them, W = Σ_i (x_i - m_c)(x_i - m_c)ᵀ /
/// (n - C) for C classes; scaled to wᵀ W w = 1 and turned as above. Cost n E² + E³.
/// @throws UsageError unless 1 <= k <= min(C - 1, E); NumericalError if W is singular
[[nodiscard]] Projection discriminants(const LabelledVectors& data, int k);

}  // namespace stategrad::analysis

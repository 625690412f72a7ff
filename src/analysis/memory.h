// SPDX-License-Identifier: MIT
//
// What a mean state gradient remembers of a direction of the embedding space.
#pragma once

#include <span>
#include <vector>

#include "analysis/matrix.h"

namespace stategrad::analysis {

/// A B. @throws UsageError if the sizes do not fit
[[nodiscard]] Matrix multiply(const Matrix& a, const Matrix& b);

/// A⁻¹ of a square matrix. Cost n³.
/// @throws NumericalError if it is singular, to the precision of the numbers
[[nodiscard]] Matrix inverse(const Matrix& matrix);

/// The singular values and right singular vectors of a matrix [H, E].
struct Decomposition {
  std::vector<double> values;  ///< min(H, E), falling
  Matrix right;                ///< [min(H, E), E], row i belongs to value i
};

/// Cost about 10 H E min(H, E).
/// @throws NumericalError if a value is not finite or the iteration does not converge
[[nodiscard]] Decomposition decompose(const Matrix& matrix);

/// v̂ = Z v / |Z v|: the direction of a difference vector among normalised embeddings.
/// @throws NumericalError if Z v is 0
[[nodiscard]] std::vector<double> normalised_direction(const Matrix& Z,
                                                       std::span<const double> vector);

/// |G v̂| / σ₁(G), between 0 and 1: how well the direction is remembered, beside the one that is
/// remembered best. G [H, E] is a normalised mean state gradient, avg·D.
/// @throws NumericalError if G is 0
[[nodiscard]] double relative_memory(const Matrix& gradient, std::span<const double> direction);

/// How a direction lies to the x right singular vectors of the largest singular values.
struct SubspaceMeasure {
  double cosine = 0;      ///< |V_xᵀ v̂|: 1 within the subspace, 0 at right angles to it
  double percentage = 0;  ///< 100 Σ_{i≤x} σ_i / Σ σ_i
};

/// @throws UsageError if not 1 <= x <= min(H, E); NumericalError if all singular values are 0
[[nodiscard]] SubspaceMeasure measure_subspace(const Decomposition& gradient, int x,
                                               std::span<const double> direction);

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
//
// One space for what two models remember.
#pragma once

#include "analysis/block_subspaces.h"
#include "analysis/matrix.h"

namespace stategrad::analysis {

/// The embeddings of two models are different spaces; what a direction says of words is not. A
/// direction v of a model gives the word k the coordinate v·x_k, with x_k its normalised embedding,
/// so that a remembered subspace is one of functions of words: the column space of X Vᵀ, with X
/// [N, E] the centred embeddings of the words that both models have. The angles between two such
/// column spaces are those whose cosines are the canonical correlations (Hotelling 1936) of what
/// the two models remember of the words.
///
/// The space is that of the columns of both X, N-dimensional vectors in an orthonormal basis of at
/// most E₁ + E₂. Cost N (E₁ + E₂)².
class WordSpace {
 public:
  /// @param first, second [N, E₁] and [N, E₂], row i of both is of the same word, N > E₁, E₂
  /// @throws UsageError if the rows are not as many, or too few; NumericalError if the centred
  ///   embeddings of one have less than E directions
  WordSpace(const Matrix& first, const Matrix& second);

  /// The same subspaces, in this space.
  [[nodiscard]] BlockSubspaces of_first(const BlockSubspaces& subspaces) const;
  [[nodiscard]] BlockSubspaces of_second(const BlockSubspaces& subspaces) const;

  /// The overlap of k random directions of the one with k of the other, in the mean: with r_i the
  /// canonical correlations of all embeddings, k / (E₁ E₂) Σ r_i². So far as both models spread the
  /// same words over few dimensions it is above the chance k / N of words without any likeness.
  [[nodiscard]] double chance(int k) const;

 private:
  Matrix first_;         ///< [E₁, d] takes a direction of the first model into this space
  Matrix second_;        ///< [E₂, d]
  double likeness_ = 0;  ///< Σ r_i² / (E₁ E₂)
};

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
//
// The spectrum of a mean state gradient, how sure it is, and what noise alone would give.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/jackknife.h"
#include "analysis/matrix.h"
#include "analysis/spectrum.h"

namespace stategrad::analysis {

/// What the singular values σ₁ ≥ σ₂ ≥ … of a matrix come to.
struct SpectralMeasures {
  double largest = 0;  ///< σ₁
  double sum = 0;      ///< Σ σ_i, the nuclear norm
  double share = 0;    ///< σ₁ / Σ σ_i; 0 for a matrix of zeros
  /// exp(-Σ p_i ln p_i) with p_i = σ_i / Σ σ: between 1 (one direction) and the number of
  /// directions (all alike); 0 for a matrix of zeros. Roy and Vetterli 2007, "The effective rank".
  double effective_rank = 0;
};

/// @param values falling, not below 0
[[nodiscard]] SpectralMeasures spectral_measures(std::span<const double> values);

/// Measures of the mean Ḡ over all blocks.
struct MeanSpectrum {
  std::int64_t count = 0;      ///< matrices in the mean
  int blocks = 0;              ///< with at least one of them
  std::vector<double> values;  ///< singular values of Ḡ, falling
  Estimate largest;            ///< with jackknife errors over the blocks
  Estimate sum;
  Estimate share;
  Estimate effective_rank;
  /// The same for noise alone: what blocks as scattered as these would give in the mean if the true
  /// mean was 0. Values that do not stand above it say nothing.
  SpectralMeasures noise;
  /// The leading singular value by cross-validation: uᵀ G_b v, where u and v are the leading
  /// singular vectors of the mean of all other blocks, in the mean over blocks and with the
  /// jackknife's error. Noise does not raise it, so that it can be compared between classes of
  /// unequal counts; it is somewhat too small where noise turns u and v.
  Estimate cross;
  /// `cross` without each of the blocks given, and their counts: what compare_classes() takes.
  std::vector<double> cross_without;
  std::vector<double> sizes;
};

struct MeanSpectrumOptions {
  int patterns = 20;  ///< of signs, for the noise
  std::uint64_t seed = 1;
};

/// The noise is that of sign-flipped blocks. With S_b the sum and n_b the count of block b, N = Σ
/// n_b and residuals R_b = S_b - n_b Ḡ, a pattern of random signs s_b gives the matrix √(K/(K-1))
/// Σ_b s_b R_b / N, whose entries scatter as those of Ḡ do around the true mean when the K blocks
/// are independent; the measures are averaged over the patterns. With one block errors are
/// infinite, and noise and cross are 0.
/// Cost: one SVD and patterns + K eigenvalue problems.
/// @throws UsageError if nothing was counted; NumericalError as Gram
[[nodiscard]] MeanSpectrum analyse_mean(std::span<const BlockSum> blocks, int rows, int columns,
                                        const MeanSpectrumOptions& options = {});

}  // namespace stategrad::analysis

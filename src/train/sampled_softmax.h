// SPDX-License-Identifier: MIT
//
// Sampled softmax (Jean et al. 2015): the target against a few words drawn once per window.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "model/parameters.h"
#include "stategrad/thread_team.h"
#include "stategrad/types.h"
#include "train/gradients.h"

namespace stategrad::train {

/// Distinct words drawn log-uniformly: P(k) = log((k+2)/(k+1)) / log(V+1). Words are drawn until
/// `size` different ones are there; `tries` counts the draws.
struct CandidateSample {
  std::vector<WordId> words;
  std::int64_t tries = 0;
};

/// P(k) above.
[[nodiscard]] double log_uniform_probability(WordId word, std::int64_t vocab_size);

/// Expected number of times that a word is in a sample that took `tries` draws: 1 - (1 - P)^tries,
/// as TensorFlow computes it for distinct samples.
[[nodiscard]] double expected_count(WordId word, std::int64_t vocab_size, std::int64_t tries);

/// Fills sample.words (cleared first); a pure function of its arguments.
/// @param size at most V
void draw_candidates(std::uint64_t key, std::int64_t vocab_size, int size, CandidateSample& sample);

/// With y the target of row n and S the sample: l_v = W_v h_n + b_v - log expected_count(v) for v
/// in {y} and S without y (an accidental hit is removed); log p_n = l_y - log Σ_v exp l_v; loss =
/// -scale Σ_n log p_n.
template <class Real>
class SampledSoftmax {
 public:
  static constexpr int kSampleSize = 32;

  /// @param rows N, rows of one window
  SampledSoftmax(const Architecture& shape, std::int64_t rows, std::uint64_t seed);

  /// Draws the sample of a window, forms the gradients of its loss.
  /// @param hidden [N, H]
  /// @param hidden_gradient [N, H] overwritten
  /// @param gradients output_weight and output_bias: rows touched by the window before are zeroed,
  ///   then output_rows and their values are set
  /// @returns -Σ_n log p_n
  double run(const Parameters<Real>& parameters, const Real* hidden,
             std::span<const WordId> targets, std::uint64_t window, Real scale,
             Real* hidden_gradient, Gradients<Real>& gradients, ThreadTeam& team);

  /// What the last run() drew.
  [[nodiscard]] const CandidateSample& sample() const { return sample_; }

 private:
  void clear(Gradients<Real>& gradients) const;
  void prepare(const Parameters<Real>& parameters, std::span<const WordId> targets);
  void score(const Parameters<Real>& parameters, const Real* hidden,
             std::span<const WordId> targets, Real scale, ThreadTeam& team);
  double normalize(WordId target, double target_logit, Real* logits) const;
  void accumulate(const Parameters<Real>& parameters, const Real* hidden,
                  std::span<const WordId> targets, Real* hidden_gradient,
                  Gradients<Real>& gradients, ThreadTeam& team);
  void accumulate_bias(std::span<const WordId> targets, Buffer<Real>& bias_gradient) const;

  Architecture shape_;
  std::int64_t rows_;
  std::uint64_t seed_;
  int sample_size_ = 0;  ///< S: kSampleSize, or V if that is less
  CandidateSample sample_;
  Buffer<Real> sampled_weight_;    ///< [S, H]
  Buffer<Real> sampled_gradient_;  ///< [S, H]
  Buffer<Real> offsets_;           ///< [S] b_v - log expected count
  Buffer<Real> target_offsets_;    ///< [N]
  Buffer<Real> logits_;            ///< [N, S], then their gradients
  Buffer<Real> target_gradient_;   ///< [N]
  Buffer<double> losses_;          ///< [N]
};

}  // namespace stategrad::train

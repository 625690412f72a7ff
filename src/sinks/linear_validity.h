// SPDX-License-Identifier: MIT
//
// How far state gradients can be trusted as predictions: a word is replaced by another one.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "stategrad/gradient_sink.h"
#include "stategrad/language_model.h"
#include "stategrad/thread_team.h"

namespace stategrad::sinks {

struct ValidityOptions {
  std::vector<StateOfLayer> states;  ///< as GradientOptions::states
  int max_delay = 50;                ///< D
  std::int64_t samples = 2000;       ///< positions x_{t-d}, as many as there are at most
  int blocks = 10;                   ///< K, of the text
  std::uint64_t seed = 1;
  /// [N] signature of every position of the text; empty: all are of one class.
  std::span<const std::int32_t> signature;
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::int64_t)> on_progress;  ///< words done
};

/// Sums over the samples of one state at each delay, by the block of the replaced word. With p the
/// predicted change of state and c the true one, |c| > 0:
struct ValiditySums {
  std::vector<std::int64_t> count;  ///< [D, K] samples compared
  std::vector<double> ratio;        ///< [D, K] Σ |p| / |c|
  std::vector<double> cosine;       ///< [D, K] Σ p·c / (|p| |c|), 0 if p is 0
  std::vector<double> error;        ///< [D, K] Σ |c - p| / |c|
  /// [D, K] samples whose |c| is below 1e-9 of the state: rounding would decide.
  std::vector<std::int64_t> too_small;
};

/// A word of the text and the one that takes its place.
struct Replacement {
  std::int64_t position = 0;
  WordId word = 0;
  bool operator==(const Replacement&) const = default;
};

struct LinearValidity {
  std::vector<StateOfLayer> states;  ///< as computed
  std::vector<ValiditySums> sums;    ///< one per state
  std::vector<Replacement> replacements;
  /// Samples left out: their signature has no other word.
  std::int64_t without_other_word = 0;
};

/// The sample: positions spread over 0..N-D (gradient::stratified_sources()), so that all delays
/// are in the text; for each, a word drawn from the tokens of the text that have its signature and
/// are another word, all with the same chance. Those without such a token are left out.
/// @param left_out out: how many
/// @throws UsageError unless the text has D words, and samples and D are at least 1
[[nodiscard]] std::vector<Replacement> draw_replacements(std::span<const WordId> text,
                                                         const ValidityOptions& options,
                                                         std::int64_t& left_out);

/// Compares the change of state that the gradient predicts when x_{t-d} becomes the embedding e' of
/// another word, p = J_d (e' - e), with the true change, from reading the text again from there.
///
/// One pass of the engine over the sources of the sample gives p at all delays, one reading of D
/// words for each sample, with and without the other word, gives c. In float64, whatever the
/// precision in which the model is kept (LanguageModel::as()): the true change is a difference of
/// numbers that are nearly equal.
/// @throws UsageError as draw_replacements() and plan_state_gradients(), or if no sample has
///   another word, or blocks is not in 1..N; what compute_state_gradients() throws
[[nodiscard]] LinearValidity linear_validity(const LanguageModel<double>& model,
                                             std::span<const WordId> text,
                                             const ValidityOptions& options, ThreadTeam& team);

}  // namespace stategrad::sinks

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

/// A word of the text and the one that takes its place.
struct Replacement {
  std::int64_t position = 0;
  WordId word = 0;
  bool operator==(const Replacement&) const = default;
};

struct ReplacementOptions {
  int max_delay = 50;           ///< D
  std::int64_t samples = 1000;  ///< positions x_{t-d}, as many as there are at most
  std::uint64_t seed = 1;
  /// [N] signature of every position of the text; empty: all are of one class.
  std::span<const std::int32_t> signature;
};

struct ReplacementSample {
  std::vector<Replacement> replacements;  ///< by rising positions
  std::vector<std::int64_t> left_out;     ///< positions, rising: no other word of their signature

  /// Those at positions [first, last).
  [[nodiscard]] ReplacementSample within(std::int64_t first, std::int64_t last) const;
};

/// The sample: positions spread over 0..N-D (gradient::stratified_sources()), so that all delays
/// are in the text; for each, a word drawn from the tokens of the text that have its signature and
/// are another word, all with the same chance. Those without such a token are left out. A function
/// of the arguments alone.
/// @throws UsageError unless the text has D words, and samples and D are at least 1
[[nodiscard]] ReplacementSample draw_replacements(std::span<const WordId> text,
                                                  const ReplacementOptions& options);

struct ValidityOptions {
  std::vector<StateOfLayer> states;  ///< as GradientOptions::states
  int max_delay = 50;                ///< D
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::int64_t)> on_progress;  ///< words done
};

/// One state after each of P replacements at each delay. With p the predicted change of state and c
/// the true one; not a number where c is 0 or |c| is below 1e-9 of |state|: rounding would decide.
struct ValidityValues {
  std::vector<double> ratio;   ///< [P, D] |p| / |c|
  std::vector<double> cosine;  ///< [P, D] p·c / (|p| |c|), 0 if p is 0
  std::vector<double> error;   ///< [P, D] |c - p| / |c|
};

/// Compares the change of state that the gradient predicts when x_{t-d} becomes the embedding e' of
/// another word, p = J_d (e' - e), with the true change, from reading the text again from there.
///
/// One pass of the engine over the sources of the sample gives p at all delays, one reading of D
/// words for each sample, with and without the other word, gives c. In float64, whatever the
/// precision in which the model is kept (LanguageModel::as()): the true change is a difference of
/// numbers that are nearly equal. The values of a replacement do not depend on what others there
/// are, but for rounding.
/// @param replacements by rising positions, each with D words of text from it on
/// @returns the values of every state
/// @throws UsageError as plan_state_gradients(), or if a replacement has no D words; what
///   compute_state_gradients() throws
[[nodiscard]] std::vector<ValidityValues> linear_validity(const LanguageModel<double>& model,
                                                          std::span<const WordId> text,
                                                          std::span<const Replacement> replacements,
                                                          const ValidityOptions& options,
                                                          ThreadTeam& team);

/// Bytes that linear_validity() takes beside the model.
/// @param run over the whole text, in which D and the states are those of the options
[[nodiscard]] std::uint64_t linear_validity_bytes(const GradientRun& run,
                                                  std::span<const Replacement> replacements,
                                                  int threads);

}  // namespace stategrad::sinks

// SPDX-License-Identifier: MIT
//
// How well a model predicts a text.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "stategrad/language_model.h"
#include "stategrad/thread_team.h"

namespace stategrad::train {

struct Evaluation {
  double log_probability = 0;    ///< Σ natural logarithm of p(word | past)
  std::int64_t predictions = 0;  ///< how many words were predicted
  /// exp(-log_probability / predictions)
  [[nodiscard]] double perplexity() const;
};

/// A text to evaluate on.
struct EvaluationText {
  std::span<const WordId> ids;
  std::string file;  ///< for messages
};

/// Called for every predicted word in the order of the text, with its natural logarithm.
using PerWord = std::function<void(WordId word, double log_probability)>;

/// Validation: the text is cut into B rows and read in windows of T, as in training.
/// @param stop may be null
/// @throws DataError if the text has less than one window, Interrupted when *stop became true
template <class Real>
[[nodiscard]] Evaluation evaluate_windows(const LanguageModel<Real>& model,
                                          const EvaluationText& text, int streams, int steps,
                                          ThreadTeam& team, const std::atomic<bool>* stop);

/// Testing: B = T = 1 of the original, N - 1 predictions of one stream from the zero state. (Read
/// in longer windows, which changes nothing but the speed.)
/// @param per_word may be empty
/// @throws DataError if the text has less than two words, Interrupted when *stop became true
template <class Real>
[[nodiscard]] Evaluation evaluate_stream(const LanguageModel<Real>& model,
                                         const EvaluationText& text, ThreadTeam& team,
                                         const std::atomic<bool>* stop, const PerWord& per_word);

}  // namespace stategrad::train

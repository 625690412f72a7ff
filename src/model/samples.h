// SPDX-License-Identifier: MIT
//
// Sentences with their log-probabilities, stored with the weights and replayed when they are read:
// the proof that reader and writer compute the same function.
#pragma once

#include <string>
#include <vector>

#include "stategrad/language_model.h"

namespace stategrad::model {

/// A sentence read from the zero state.
struct Sample {
  std::vector<WordId> words;              ///< n + 1
  std::vector<double> log_probabilities;  ///< n: natural logarithm of p(words[i+1] | words[0..i])
};

/// A few sentences of random words (always the same ones for a vocabulary size), scored.
/// @throws NumericalError if a log-probability is not finite
template <class Real>
[[nodiscard]] std::vector<Sample> make_samples(const LanguageModel<Real>& model);

/// As JSON: [{"words": [...], "log_probabilities": [...]}, ...]. Numbers read back exactly.
[[nodiscard]] std::string samples_to_text(const std::vector<Sample>& samples);

/// @param file for messages
/// @throws DataError if the text is not as samples_to_text() writes it, holds no sample, or a word
///   is not in 0..V-1
[[nodiscard]] std::vector<Sample> parse_samples(const std::string& text, std::int64_t vocab_size,
                                                const std::string& file);

/// Scores the samples anew.
///
/// Instruction sets and numbers of threads add in different orders, so the log-probabilities may
/// differ by 1e-4 (float) or 1e-9 (double) of their size, or absolutely where they are below 1.
/// @throws DataError naming file, sample and word if one differs by more
template <class Real>
void replay_samples(const LanguageModel<Real>& model, const std::vector<Sample>& samples,
                    const std::string& file);

}  // namespace stategrad::model

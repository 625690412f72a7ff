// SPDX-License-Identifier: MIT
//
// The sentences of an analysis: those of the text and those of --sentence.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/model_arguments.h"
#include "cli/session.h"
#include "sinks/sentence_norms.h"
#include "stategrad/state_gradients.h"

namespace stategrad::cli {

/// Longer sentences of a text are cut into pieces of so many words.
constexpr std::int64_t kLongestOfText = 40;
/// The most words of a --sentence.
constexpr std::int64_t kLongestTyped = 100;
/// Unless the user says how many, sentences of the text are taken as long as they have at most so
/// many norms, of all states together: the page then grows by about 1.5 MB.
constexpr std::int64_t kMostNorms = 250'000;

struct SentenceArguments {
  std::vector<std::string> typed;       ///< --sentence
  std::optional<std::int64_t> of_text;  ///< --text-sentences
};

/// --sentence and --text-sentences.
void add_sentence_options(CLI::App& command, SentenceArguments& arguments);

struct SentenceRequest {
  std::vector<std::vector<WordId>> typed;
  std::optional<std::int64_t> of_text;  ///< none: as many as kMostNorms allows
};

/// A sentence that is given twice is taken once. Notes words that are not in the vocabulary. Inputs
/// from elsewhere have no sentences, which is noted too.
/// @throws UsageError naming the sentence: without words, too long, beside --inputs, or with a word
///   that the vocabulary lacks if that has no <unk>
[[nodiscard]] SentenceRequest sentence_request(const SentenceArguments& arguments,
                                               const OpenedModel& opened, const Session& session);

/// What is to be computed, without norms.
struct SentencePlan {
  sinks::SentenceNorms in_pass;  ///< of the text, all words among the sources of the main pass
  sinks::SentenceNorms behind;   ///< of the text, the others
  sinks::SentenceNorms typed;
};

/// The sources that sentences are planned for.
struct SentenceScope {
  /// [first, last): a sentence belongs to the shard that has its first word.
  std::pair<std::int64_t, std::int64_t> shard;
  std::span<const std::int64_t> sources;  ///< of the main pass, rising
};

/// Chooses the sentences of the text: all, or a stratified sample, which depends on the text and
/// the seed and not on the shard.
/// @param run over the whole text
[[nodiscard]] SentencePlan plan_sentences(const SentenceRequest& request, const GradientRun& run,
                                          const SentenceScope& scope, std::uint64_t seed);

/// Passes over the sentences that the main pass does not see: others of the text in their context;
/// typed ones from the zero state, behind an <eos> if the vocabulary has one. With progress.
/// @param options of the main pass
/// @returns all three of the plan together
/// @throws what compute_state_gradients() throws
template <class Real>
[[nodiscard]] sinks::SentenceNorms finish_sentences(const LanguageModel<Real>& model,
                                                    const GradientRun& run,
                                                    const GradientOptions& options,
                                                    SentencePlan plan, const Session& session,
                                                    ThreadTeam& team);

/// What the norms and words of all three take, in memory and in statistics.h5.
[[nodiscard]] std::uint64_t sentence_bytes(const SentencePlan& plan, const GradientRun& run);

/// Sources times delays that finish_sentences() carries.
[[nodiscard]] double rows_to_finish(const SentencePlan& plan, int max_delay);

}  // namespace stategrad::cli

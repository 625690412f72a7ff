// SPDX-License-Identifier: MIT
#include "cli/sentence_pass.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "gradient/source_sample.h"
#include "stategrad/errors.h"
#include "text/corpus.h"
#include "text/sentences.h"

namespace stategrad::cli {
namespace {

using text::Stretch;

std::vector<WordId> ids_of(const std::string& sentence, const Vocabulary& vocabulary,
                           const Session& session) {
  std::vector<WordId> ids;
  std::vector<std::string> unknown;
  text::split_at_blanks(sentence, [&](std::string_view word) {
    if (!vocabulary.find(word)) unknown.emplace_back(word);
    ids.push_back(vocabulary.id(word));
  });
  if (ids.empty()) throw UsageError(fmt::format("--sentence '{}': no words", sentence));
  if (std::ssize(ids) > kLongestTyped) {
    throw UsageError(fmt::format("--sentence '{}': {} words, at most {} are allowed", sentence,
                                 ids.size(), kLongestTyped));
  }
  if (!unknown.empty()) {
    session.note(fmt::format("--sentence '{}': not in the vocabulary of the model, taken as {}: {}",
                             sentence, vocabulary.word(vocabulary.id(unknown.front())),
                             fmt::join(unknown, ", ")));
  }
  return ids;
}

std::int64_t cells_of(const std::vector<Stretch>& sentences, int max_delay) {
  std::int64_t cells = 0;
  for (const Stretch& sentence : sentences) {
    cells += sinks::sentence_cells(sentence.words, max_delay);
  }
  return cells;
}

std::vector<Stretch> sample_of(const std::vector<Stretch>& all, std::int64_t count,
                               std::uint64_t seed) {
  std::vector<Stretch> taken;
  for (const std::int64_t i : gradient::stratified_sources(std::ssize(all), count, seed)) {
    taken.push_back(all[static_cast<std::size_t>(i)]);
  }
  return taken;
}

std::vector<Stretch> choose(std::vector<Stretch> all, const SentenceRequest& request,
                            const GradientRun& run, std::uint64_t seed) {
  const std::int64_t count = std::ssize(all);
  if (request.of_text) {
    if (*request.of_text == 0) return {};
    return *request.of_text < count ? sample_of(all, *request.of_text, seed) : std::move(all);
  }
  const std::int64_t most = kMostNorms / std::ssize(run.states);
  const std::int64_t cells = cells_of(all, run.max_delay);
  if (cells <= most) return all;
  // The mean says how many fit; a sample of longer ones is made smaller until it does.
  for (std::int64_t fit = count * most / cells; fit > 0; fit -= fit / 50 + 1) {
    std::vector<Stretch> taken = sample_of(all, fit, seed);
    if (cells_of(taken, run.max_delay) <= most) return taken;
  }
  return {};
}

bool has_all(std::span<const std::int64_t> sources, const Stretch& sentence) {
  const auto first = std::lower_bound(sources.begin(), sources.end(), sentence.first);
  return sources.end() - first >= sentence.words && *first == sentence.first &&
         first[sentence.words - 1] == sentence.first + sentence.words - 1;
}

std::int64_t longest_of(const sinks::SentenceNorms& sentences) {
  std::int64_t longest = 1;
  for (const sinks::Sentence& sentence : sentences.sentences) {
    longest = std::max<std::int64_t>(longest, std::ssize(sentence.words));
  }
  return longest;
}

/// A delay that is as long as the longest sentence occurs in none.
GradientOptions options_for(const sinks::SentenceNorms& sentences, GradientOptions options) {
  options.max_delay =
      static_cast<int>(std::min<std::int64_t>(options.max_delay, longest_of(sentences)));
  options.sources.clear();
  for (const sinks::Sentence& sentence : sentences.sentences) {
    for (std::int64_t w = 0; w < std::ssize(sentence.words); ++w) {
      options.sources.push_back(sentence.first + w);
    }
  }
  return options;
}

/// Each typed sentence as a text of its own, which begins with an <eos>.
template <class Real>
void read_typed(const LanguageModel<Real>& model, const GradientOptions& options,
                sinks::SentenceNorms& typed, ThreadTeam& team) {
  const auto eos = model.vocabulary().find(Vocabulary::kEndOfSentence);
  typed.norms.clear();
  for (const sinks::Sentence& sentence : typed.sentences) {
    std::vector<WordId> text;
    if (eos) text.push_back(*eos);
    sinks::SentenceNorms one{
        .of = 0, .sentences = {{std::ssize(text), sentence.words}}, .norms = {}};
    text.insert(text.end(), sentence.words.begin(), sentence.words.end());
    sinks::SentenceSink sink(one);
    compute_state_gradients(model, std::span<const WordId>(text), options_for(one, options), sink,
                            team);
    typed.norms.resize(one.norms.size());
    for (std::size_t state = 0; state < one.norms.size(); ++state) {
      typed.norms[state].insert(typed.norms[state].end(), one.norms[state].begin(),
                                one.norms[state].end());
    }
  }
}

}  // namespace

void add_sentence_options(CLI::App& command, SentenceArguments& arguments) {
  command
      .add_option("--sentence", arguments.typed,
                  "A sentence of your own, its words apart by blanks, to look at word by word; "
                  "repeatable")
      ->type_name("TEXT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--text-sentences", arguments.of_text,
                  "Sentences of the text to look at word by word, spread over it at random; 0: "
                  "none (default: all, or as many as keep the page light)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
}

SentenceRequest sentence_request(const SentenceArguments& arguments, const OpenedModel& opened,
                                 const Session& session) {
  if (!opened.inputs.empty()) {
    if (!arguments.typed.empty()) {
      throw UsageError("--sentence: the model reads --inputs, which are no words");
    }
    if (arguments.of_text.value_or(1) != 0) session.note("no sentences: --inputs are no words");
    return {.typed = {}, .of_text = 0};
  }
  SentenceRequest request{.typed = {}, .of_text = arguments.of_text};
  for (const std::string& sentence : arguments.typed) {
    std::vector<WordId> ids = ids_of(sentence, opened.vocabulary(), session);
    if (std::find(request.typed.begin(), request.typed.end(), ids) == request.typed.end()) {
      request.typed.push_back(std::move(ids));
    }
  }
  return request;
}

SentencePlan plan_sentences(const SentenceRequest& request, const GradientRun& run,
                            const SentenceScope& scope, std::uint64_t seed) {
  SentencePlan plan;
  std::vector<Stretch> all = text::split_into_sentences(
      run.text, run.vocabulary->find(Vocabulary::kEndOfSentence), kLongestOfText);
  plan.in_pass.of = plan.behind.of = plan.typed.of = std::ssize(all);
  for (const Stretch& chosen : choose(std::move(all), request, run, seed)) {
    if (chosen.first < scope.shard.first || chosen.first >= scope.shard.second) continue;
    const auto words = run.text.subspan(static_cast<std::size_t>(chosen.first),
                                        static_cast<std::size_t>(chosen.words));
    auto& sentences = (has_all(scope.sources, chosen) ? plan.in_pass : plan.behind).sentences;
    sentences.push_back({.first = chosen.first, .words = {words.begin(), words.end()}});
  }
  for (const std::vector<WordId>& words : request.typed) {
    plan.typed.sentences.push_back({.first = sinks::kTyped, .words = words});
  }
  return plan;
}

template <class Real>
sinks::SentenceNorms finish_sentences(const LanguageModel<Real>& model, const GradientRun& run,
                                      const GradientOptions& options, SentencePlan plan,
                                      const Session& session, ThreadTeam& team) {
  GradientOptions pass = options;
  pass.stop = session.stop;
  if (!plan.behind.sentences.empty()) {
    const sinks::Sentence& last = plan.behind.sentences.back();
    const std::int64_t end = last.first + std::ssize(last.words);
    const auto progress = session.make_progress("sentences", "words", end);
    GradientOptions of_text = options_for(plan.behind, pass);
    if (progress) of_text.on_progress = [&](std::int64_t done) { progress->update(done); };
    sinks::SentenceSink sink(plan.behind);
    compute_state_gradients(model, run.text.first(static_cast<std::size_t>(end)), of_text, sink,
                            team);
  }
  read_typed(model, pass, plan.typed, team);
  const sinks::SentenceNorms of_text = sinks::united(plan.in_pass, plan.behind, run.max_delay);
  return sinks::united(of_text, plan.typed, run.max_delay);
}

std::uint64_t sentence_bytes(const SentencePlan& plan, const GradientRun& run) {
  std::int64_t cells = 0;
  std::int64_t words = 0;
  for (const auto* part : {&plan.in_pass, &plan.behind, &plan.typed}) {
    for (const sinks::Sentence& sentence : part->sentences) {
      words += std::ssize(sentence.words);
      cells += sinks::sentence_cells(std::ssize(sentence.words), run.max_delay);
    }
  }
  return static_cast<std::uint64_t>(cells) * run.states.size() * sizeof(double) +
         static_cast<std::uint64_t>(words) * sizeof(WordId);
}

double rows_to_finish(const SentencePlan& plan, int max_delay) {
  double rows = 0;
  const auto delays =
      static_cast<double>(std::min<std::int64_t>(max_delay, longest_of(plan.behind)));
  for (const sinks::Sentence& sentence : plan.behind.sentences) {
    rows += delays * static_cast<double>(sentence.words.size());
  }
  for (const sinks::Sentence& sentence : plan.typed.sentences) {
    rows += static_cast<double>(sinks::sentence_cells(std::ssize(sentence.words), max_delay));
  }
  return rows;
}

template sinks::SentenceNorms finish_sentences(const LanguageModel<float>&, const GradientRun&,
                                               const GradientOptions&, SentencePlan, const Session&,
                                               ThreadTeam&);
template sinks::SentenceNorms finish_sentences(const LanguageModel<double>&, const GradientRun&,
                                               const GradientOptions&, SentencePlan, const Session&,
                                               ThreadTeam&);

}  // namespace stategrad::cli

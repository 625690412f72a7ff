// SPDX-License-Identifier: MIT
#include "train/evaluate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "model/scoring.h"
#include "stategrad/errors.h"
#include "text/windows.h"

namespace stategrad::train {
namespace {

/// Steps per window of a text read as one stream: long enough for the batched softmax to be fast.
constexpr int kStreamSteps = 250;

void check_stop(const std::atomic<bool>* stop, const std::string& file) {
  if (stop != nullptr && stop->load(std::memory_order_relaxed)) {
    throw Interrupted("stopped while computing the perplexity of " + file);
  }
}

double sum(std::span<const double> values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
}

}  // namespace

double Evaluation::perplexity() const {
  return std::exp(-log_probability / static_cast<double>(predictions));
}

template <class Real>
Evaluation evaluate_windows(const LanguageModel<Real>& model, const EvaluationText& text,
                            int streams, int steps, ThreadTeam& team,
                            const std::atomic<bool>* stop) {
  const text::Windows windows(text.ids, streams, steps, text.file);
  const auto count = static_cast<std::size_t>(streams) * static_cast<std::size_t>(steps);
  std::vector<WordId> inputs(count);
  std::vector<WordId> targets(count);
  std::vector<double> log_probabilities(count);
  model::Scorer<Real> scorer(model, streams, steps, team);
  Evaluation result;
  for (std::int64_t k = 0; k < windows.count(); ++k) {
    check_stop(stop, text.file);
    windows.inputs(k, inputs);
    windows.targets(k, targets);
    scorer.score(inputs, targets, log_probabilities);
    result.log_probability += sum(log_probabilities);
    result.predictions += static_cast<std::int64_t>(count);
  }
  return result;
}

template <class Real>
Evaluation evaluate_stream(const LanguageModel<Real>& model, const EvaluationText& text,
                           ThreadTeam& team, const std::atomic<bool>* stop,
                           const PerWord& per_word) {
  if (text.ids.size() < 2) {
    throw DataError(text.file, "",
                    "the text has fewer than two words, so there is nothing to predict");
  }
  const std::size_t predictions = text.ids.size() - 1;
  const auto steps = std::min<std::size_t>(kStreamSteps, predictions);
  std::vector<double> log_probabilities(steps);
  model::Scorer<Real> scorer(model, 1, static_cast<int>(steps), team);
  Evaluation result;
  for (std::size_t first = 0; first < predictions; first += steps) {
    check_stop(stop, text.file);
    const std::size_t count = std::min(steps, predictions - first);
    const auto targets = text.ids.subspan(first + 1, count);
    const auto scores = std::span(log_probabilities).first(count);
    scorer.score(text.ids.subspan(first, count), targets, scores);
    result.log_probability += sum(scores);
    result.predictions += static_cast<std::int64_t>(count);
    if (!per_word) continue;
    for (std::size_t i = 0; i < count; ++i) per_word(targets[i], scores[i]);
  }
  return result;
}

template Evaluation evaluate_windows(const LanguageModel<float>&, const EvaluationText&, int, int,
                                     ThreadTeam&, const std::atomic<bool>*);
template Evaluation evaluate_windows(const LanguageModel<double>&, const EvaluationText&, int, int,
                                     ThreadTeam&, const std::atomic<bool>*);
template Evaluation evaluate_stream(const LanguageModel<float>&, const EvaluationText&, ThreadTeam&,
                                    const std::atomic<bool>*, const PerWord&);
template Evaluation evaluate_stream(const LanguageModel<double>&, const EvaluationText&,
                                    ThreadTeam&, const std::atomic<bool>*, const PerWord&);

}  // namespace stategrad::train

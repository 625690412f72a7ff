// SPDX-License-Identifier: MIT
#include "report/model_angles.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <utility>

#include "analysis/memory.h"
#include "analysis/word_space.h"
#include "report/evaluate.h"
#include "sinks/statistics_file.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using sinks::ClassStatistics;

/// A model and the subspaces that it remembers.
struct Side {
  const ClassStatistics* head;
  const Results* results;
};

/// Rows of two vocabularies that are of the same word.
std::vector<std::pair<std::size_t, std::size_t>> words_of_both(const ClassStatistics& first,
                                                               const ClassStatistics& second) {
  std::unordered_map<std::string, std::size_t> rows;
  for (std::size_t i = 0; i < second.vocabulary.size(); ++i) rows.emplace(second.vocabulary[i], i);
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (std::size_t i = 0; i < first.vocabulary.size(); ++i) {
    if (const auto at = rows.find(first.vocabulary[i]); at != rows.end()) {
      found.emplace_back(i, at->second);
    }
  }
  return found;
}

/// Embeddings of these rows, [N, E], normalised but for their mean.
analysis::Matrix normalised(const Side& side, const std::vector<std::size_t>& rows) {
  const int width = side.head->run.architecture.embedding_size;
  const auto E = static_cast<std::size_t>(width);
  analysis::Matrix raw{static_cast<int>(rows.size()), width, {}};
  for (const std::size_t row : rows) {
    const auto from = side.head->embedding.begin() + static_cast<std::ptrdiff_t>(row * E);
    raw.values.insert(raw.values.end(), from, from + width);
  }
  const analysis::Matrix all{static_cast<int>(side.head->run.architecture.vocab_size), width,
                             side.head->embedding};
  analysis::Matrix turned =
      analysis::whiten(all, whitening_options(side.results->whitening, *side.head)).inverse;
  for (std::size_t i = 0; i < E; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      std::swap(turned.values[i * E + j], turned.values[j * E + i]);
    }
  }
  return analysis::multiply(raw, turned);
}

analysis::WordSpace common_space(const Side& own, const Side& other, const std::string& directory) {
  const auto words = words_of_both(*own.head, *other.head);
  const int dimensions = std::max(own.head->run.architecture.embedding_size,
                                  other.head->run.architecture.embedding_size);
  if (std::ssize(words) <= dimensions) {
    throw DataError(directory, "",
                    fmt::format("has {} words in common with these results: more than {} are "
                                "needed, the size of their embeddings",
                                words.size(), dimensions));
  }
  std::vector<std::size_t> first;
  std::vector<std::size_t> second;
  for (const auto& [a, b] : words) {
    first.push_back(a);
    second.push_back(b);
  }
  return {normalised(own, first), normalised(other, second)};
}

/// Null if there is none.
const StateResult* counterpart(const StateOfLayer& state, const Results& other) {
  const StateResult* of_layer = nullptr;
  int states = 0;
  for (const StateResult& candidate : other.states) {
    if (candidate.state == state) return &candidate;
    if (candidate.state.layer != state.layer) continue;
    of_layer = &candidate;
    ++states;
  }
  return states == 1 ? of_layer : nullptr;
}

const ClassResult* class_of(const StateResult& state, const std::string& name) {
  const auto found = std::find_if(state.classes.begin(), state.classes.end(),
                                  [&](const ClassResult& of) { return of.name == name; });
  return found == state.classes.end() ? nullptr : &*found;
}

const DelayResult* delay_of(const ClassResult& of_class, int delay) {
  const auto found = std::find_if(of_class.delays.begin(), of_class.delays.end(),
                                  [&](const DelayResult& of) { return of.delay == delay; });
  return found == of_class.delays.end() ? nullptr : &*found;
}

/// Compares remembered subspaces of two models.
class Comparison {
 public:
  Comparison(const Side& own, const Side& other, std::string directory)
      : space_(common_space(own, other, directory)),
        k_(std::min(own.results->subspace, other.results->subspace)),
        same_blocks_(own.head->blocks == other.head->blocks &&
                     own.head->run.text_fingerprint == other.head->run.text_fingerprint),
        directory_(std::move(directory)) {}

  /// Adds the angles at the delays at which both remember k directions.
  void add(const ClassResult& own, const ClassResult& other,
           std::vector<AngleResult>& angles) const {
    for (const DelayResult& delay : own.delays) {
      const DelayResult* theirs = delay_of(other, delay.delay);
      if (theirs == nullptr || !delay.subspaces || !theirs->subspaces) continue;
      const SubspacePlace place{own.name, delay.delay};
      try {
        angles.push_back(
            {"models", place, place, directory_, compare(*delay.subspaces, *theirs->subspaces)});
      } catch (const NumericalError&) {
        // One of them remembers fewer than k directions.
      }
    }
  }

 private:
  [[nodiscard]] analysis::SubspaceComparison compare(const analysis::BlockSubspaces& own,
                                                     const analysis::BlockSubspaces& other) const {
    const auto first = space_.of_first(own);
    const auto second = space_.of_second(other);
    analysis::SubspaceComparison found =
        same_blocks_ ? analysis::compare_subspaces(first, second, k_)
                     : analysis::compare_independent_subspaces(first, second, k_);
    found.chance = space_.chance(k_);
    return found;
  }

  analysis::WordSpace space_;
  int k_;
  bool same_blocks_;
  std::string directory_;
};

}  // namespace

void compare_models(const ClassStatistics& head, const std::string& other,
                    const EvaluationChoices& choices, ThreadTeam& team, Results& results) {
  if (!results.whitening_failure.empty()) return;
  const sinks::ClassStatisticsReader reader(std::filesystem::path(other) /
                                            sinks::kStatisticsFileName);
  EvaluationChoices theirs = choices;
  theirs.differences.clear();
  const Results other_results = evaluate(
      reader, {.spectrum = {}, .choices = theirs, .only_subspaces = true, .on_progress = {}}, team);
  if (!other_results.whitening_failure.empty()) return;
  const Comparison comparison({&head, &results}, {&reader.head(), &other_results}, other);
  for (StateResult& state : results.states) {
    const StateResult* their_state = counterpart(state.state, other_results);
    if (their_state == nullptr) continue;
    for (const ClassResult& of_class : state.classes) {
      const ClassResult* their_class = class_of(*their_state, of_class.name);
      if (their_class != nullptr) comparison.add(of_class, *their_class, state.angles);
    }
  }
}

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "report/model_angles.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "analysis/memory.h"
#include "analysis/word_space.h"
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

std::filesystem::path statistics_of(const std::string& directory) {
  return std::filesystem::path(directory) / sinks::kStatisticsFileName;
}

/// Rows of two vocabularies that are of the same word.
std::vector<std::pair<std::size_t, std::size_t>> words_of_both(
    std::span<const std::string> first, std::span<const std::string> second) {
  std::unordered_map<std::string_view, std::size_t> rows;
  for (std::size_t i = 0; i < second.size(); ++i) rows.emplace(second[i], i);
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (const auto at = rows.find(first[i]); at != rows.end()) found.emplace_back(i, at->second);
  }
  return found;
}

analysis::Whitening whitening_of(const ClassStatistics& head, const WhiteningChoice& choice) {
  const Architecture& shape = head.run.architecture;
  return analysis::whiten(
      {static_cast<int>(shape.vocab_size), shape.embedding_size, head.embedding},
      whitening_options(choice, head));
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
  analysis::Matrix turned = whitening_of(*side.head, side.results->whitening).inverse;
  for (std::size_t i = 0; i < E; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      std::swap(turned.values[i * E + j], turned.values[j * E + i]);
    }
  }
  return analysis::multiply(raw, turned);
}

analysis::WordSpace common_space(const Side& own, const Side& other) {
  const auto words = words_of_both(own.head->vocabulary, other.head->vocabulary);
  std::vector<std::size_t> first;
  std::vector<std::size_t> second;
  for (const auto& [a, b] : words) {
    first.push_back(a);
    second.push_back(b);
  }
  return {normalised(own, first), normalised(other, second)};
}

bool has_cell_state(const Side& side) {
  return side.head->run.architecture.cell == CellKind::kLstm;
}

/// The state of the other model that a state is compared with; null if there is none.
const StateResult* counterpart(const Side& own, const StateOfLayer& state, const Side& other) {
  const StateResult* instead = nullptr;
  for (const StateResult& candidate : other.results->states) {
    if (candidate.state == state) return &candidate;
    if (candidate.state.layer == state.layer) instead = &candidate;
  }
  return has_cell_state(own) && has_cell_state(other) ? nullptr : instead;
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
      : space_(common_space(own, other)),
        k_(std::min(own.results->subspace, other.results->subspace)),
        same_blocks_(own.head->blocks == other.head->blocks &&
                     own.head->run.text_fingerprint == other.head->run.text_fingerprint),
        directory_(std::move(directory)) {}

  /// Adds the angles of all classes that both states have.
  void add(StateResult& own, const StateResult& other) const {
    for (const ClassResult& of_class : own.classes) {
      const ClassResult* theirs = class_of(other, of_class.name);
      if (theirs != nullptr) add_class(of_class, *theirs, other.state, own.angles);
    }
  }

 private:
  /// Adds the angles at the delays at which both remember k directions.
  void add_class(const ClassResult& own, const ClassResult& other, const StateOfLayer& other_state,
                 std::vector<AngleResult>& angles) const {
    for (const DelayResult& delay : own.delays) {
      const DelayResult* theirs = delay_of(other, delay.delay);
      if (theirs == nullptr || !delay.subspaces || !theirs->subspaces) continue;
      const SubspacePlace place{own.name, delay.delay};
      try {
        angles.push_back({"models", place, place, directory_, other_state,
                          compare(*delay.subspaces, *theirs->subspaces)});
      } catch (const NumericalError&) {
        // One of them remembers fewer than k directions.
      }
    }
  }

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

/// @return why there are none, or empty
std::string add_angles(const Side& own, const Side& other, const std::string& directory,
                       std::vector<StateResult>& states) {
  if (!own.results->whitening_failure.empty()) return own.results->whitening_failure;
  std::size_t added = 0;
  try {
    const Comparison comparison(own, other, directory);
    for (StateResult& state : states) {
      const StateResult* theirs = counterpart(own, state.state, other);
      if (theirs == nullptr) continue;
      const std::size_t before = state.angles.size();
      comparison.add(state, *theirs);
      added += state.angles.size() - before;
    }
  } catch (const NumericalError& error) {
    return error.what();
  }
  return added > 0 ? "" : "no state, class and delay in common";
}

}  // namespace

void check_other_model(const std::string& other, const EvaluationChoices& choices,
                       std::span<const std::string> vocabulary, int embedding_size) {
  const std::string file = statistics_of(other);
  const sinks::ClassStatisticsReader reader(file);
  const ClassStatistics& head = reader.head();
  if (!head.run.sources.empty()) {
    throw DataError(file, "", "holds a part of an analysis: 'stategrad merge' all parts first");
  }
  try {
    static_cast<void>(subspace_size(choices, head.run.architecture));
    static_cast<void>(whitening_of(head, choices.whitening));
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("--compare {}: {}", other, error.what()));
  } catch (const NumericalError& error) {
    throw DataError(file, "", fmt::format("cannot be compared with: {}", error.what()));
  }
  const int dimensions = std::max(embedding_size, head.run.architecture.embedding_size);
  const auto words = std::ssize(words_of_both(vocabulary, head.vocabulary));
  if (words <= dimensions) {
    throw DataError(file, "",
                    fmt::format("has {} words in common with the model: more than {} are needed, "
                                "the size of the embeddings",
                                words, dimensions));
  }
}

void compare_models(const ClassStatistics& head, const std::string& other,
                    const EvaluateOptions& options, ThreadTeam& team, Results& results) {
  const sinks::ClassStatisticsReader reader(statistics_of(other));
  EvaluateOptions theirs = options;
  theirs.choices.differences.clear();
  theirs.only_subspaces = true;
  const Results other_results = evaluate(reader, theirs, team);
  results.others.push_back({other, ""});
  results.others.back().failure =
      add_angles({&head, &results}, {&reader.head(), &other_results}, other, results.states);
}

}  // namespace stategrad::report

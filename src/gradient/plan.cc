// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "gradient/schedule.h"
#include "stategrad/errors.h"
#include "stategrad/state_gradients.h"

namespace stategrad {
namespace {

using Violations = std::vector<std::string>;

/// The states to compute, each once, in the order asked.
std::vector<StateOfLayer> resolve_states(const Architecture& shape,
                                         const std::vector<StateOfLayer>& asked,
                                         Violations& violations) {
  std::vector<StateOfLayer> states;
  std::vector<StateOfLayer> wanted = asked;
  if (wanted.empty()) wanted.push_back({StateKind::kCell, shape.num_layers - 1});
  for (StateOfLayer state : wanted) {
    if (state.layer < 0 || state.layer >= shape.num_layers) {
      violations.push_back(fmt::format("layer is {}: the model has the layers 0 to {}", state.layer,
                                       shape.num_layers - 1));
      continue;
    }
    if (shape.cell != CellKind::kLstm) state.state = StateKind::kHidden;
    if (std::find(states.begin(), states.end(), state) == states.end()) states.push_back(state);
  }
  return states;
}

int resolve_rows(const Architecture& shape, const std::vector<double>& basis,
                 Violations& violations) {
  const auto width = static_cast<std::size_t>(shape.embedding_size);
  if (basis.empty()) return shape.embedding_size;
  if (basis.size() % width != 0) {
    violations.push_back(
        fmt::format("the basis has {} numbers: its rows need {} each, one per embedding dimension",
                    basis.size(), width));
  }
  const auto bad =
      std::find_if(basis.begin(), basis.end(), [](double value) { return !std::isfinite(value); });
  if (bad != basis.end()) {
    violations.push_back(
        fmt::format("the basis holds {} in row {}: every number of it must be finite", *bad,
                    static_cast<std::size_t>(bad - basis.begin()) / width));
  }
  return static_cast<int>(basis.size() / width);
}

void resolve_windows(const GradientOptions& options, GradientRun& run, Violations& violations) {
  const auto length = static_cast<std::int64_t>(run.text.size());
  if (!options.windowed) {
    if (!options.time_steps.empty()) {
      violations.push_back(fmt::format(
          "time_step {} is asked without windows: the time step counts from a window's start",
          fmt::join(options.time_steps, ", ")));
    }
    if (length == 0) violations.push_back("the text is empty: give it at least one word");
    return;
  }
  run.windowed = true;
  run.num_steps = options.num_steps;
  if (options.num_steps < 1) {
    violations.push_back(fmt::format("num_steps is {}: give at least 1", options.num_steps));
    return;
  }
  run.num_windows = std::max<std::int64_t>(0, length / options.num_steps - 1);
  if (run.num_windows == 0) {
    violations.push_back(
        fmt::format("the text has {} words: windows of {} words need at least {}, since the last "
                    "one only holds targets",
                    length, options.num_steps, std::int64_t{2} * options.num_steps));
  }
  run.time_steps = options.time_steps;
  std::sort(run.time_steps.begin(), run.time_steps.end());
  run.time_steps.erase(std::unique(run.time_steps.begin(), run.time_steps.end()),
                       run.time_steps.end());
  for (const int step : run.time_steps) {
    if (step < 0 || step >= options.num_steps) {
      violations.push_back(
          fmt::format("time_step is {}: windows of {} words have the steps 0 to {}", step,
                      options.num_steps, options.num_steps - 1));
    }
  }
  if (run.time_steps.empty()) {
    for (int step = 0; step < options.num_steps; ++step) run.time_steps.push_back(step);
  }
}

void check_sources(const std::vector<std::int64_t>& sources, std::int64_t words,
                   Violations& violations) {
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i] < 0 || sources[i] >= words) {
      violations.push_back(fmt::format("source {} is position {}: {} words are read, 0 to {}", i,
                                       sources[i], words, words - 1));
      return;
    }
    if (i > 0 && sources[i] <= sources[i - 1]) {
      violations.push_back(fmt::format("source {} is position {} after {}: sources must rise", i,
                                       sources[i], sources[i - 1]));
      return;
    }
  }
}

}  // namespace

template <class Real>
GradientRun plan_state_gradients(const LanguageModel<Real>& model, std::span<const WordId> text,
                                 const GradientOptions& options) {
  GradientRun run;
  run.architecture = model.architecture();
  run.vocabulary = &model.vocabulary();
  run.text = text;
  run.max_delay = options.max_delay;
  Violations violations;
  if (options.max_delay < 1) {
    violations.push_back(fmt::format("max_delay is {}: give at least 1", options.max_delay));
  }
  run.states = resolve_states(run.architecture, options.states, violations);
  run.rows = resolve_rows(run.architecture, options.basis, violations);
  resolve_windows(options, run, violations);
  run.rank_tolerance = options.rank_tolerance;
  if (!(options.rank_tolerance >= 0 && options.rank_tolerance < 1)) {
    violations.push_back(fmt::format("rank_tolerance is {}: give 0 (exact) or a number below 1",
                                     options.rank_tolerance));
  }
  const auto vocab_size = static_cast<WordId>(run.architecture.vocab_size);
  const auto stranger = std::find_if(text.begin(), text.end(),
                                     [&](WordId word) { return word < 0 || word >= vocab_size; });
  if (stranger != text.end()) {
    violations.push_back(
        fmt::format("word {} of the text has the id {}: the vocabulary has 0 to {}",
                    stranger - text.begin(), *stranger, vocab_size - 1));
  }
  if (violations.empty()) {
    const std::int64_t words = gradient::Schedule(run).words();
    check_sources(options.sources, words, violations);
    // So many different ones are all.
    if (static_cast<std::int64_t>(options.sources.size()) < words) run.sources = options.sources;
  }
  if (!violations.empty()) throw UsageError(fmt::format("{}", fmt::join(violations, "; ")));
  run.num_blocks_per_state = gradient::Schedule(run).blocks_per_state();
  return run;
}

template GradientRun plan_state_gradients(const LanguageModel<float>&, std::span<const WordId>,
                                          const GradientOptions&);
template GradientRun plan_state_gradients(const LanguageModel<double>&, std::span<const WordId>,
                                          const GradientOptions&);

}  // namespace stategrad

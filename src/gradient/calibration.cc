// SPDX-License-Identifier: MIT
#include "gradient/calibration.h"

#include <algorithm>

#include "gradient/engine.h"
#include "gradient/schedule.h"

namespace stategrad::gradient {

WordCost fit_word_cost(std::span<const WordTime> times) {
  if (times.empty()) return {};
  const auto count = static_cast<double>(times.size());
  double mean_rows = 0;
  double mean_seconds = 0;
  for (const WordTime& time : times) {
    mean_rows += static_cast<double>(time.rows) / count;
    mean_seconds += time.seconds / count;
  }
  double variance = 0;
  double covariance = 0;
  for (const WordTime& time : times) {
    const double rows = static_cast<double>(time.rows) - mean_rows;
    variance += rows * rows;
    covariance += rows * (time.seconds - mean_seconds);
  }
  WordCost cost{.per_word = mean_seconds, .per_row = 0};
  if (variance > 0 && covariance > 0) {
    cost.per_row = covariance / variance;
    cost.per_word = mean_seconds - cost.per_row * mean_rows;
  }
  if (cost.per_word < 0) cost = {.per_word = 0, .per_row = mean_seconds / mean_rows};
  return cost;
}

double pass_seconds(const WordCost& cost, const GradientRun& run) {
  const Schedule schedule(run);
  // Each window costs the same, and so does each word of a text whose ring is full.
  const std::int64_t period =
      run.windowed ? run.num_steps : std::min<std::int64_t>(run.max_delay, schedule.words());
  std::vector<int> delays;
  double sources = 0;
  for (std::int64_t position = 0; position < period; ++position) {
    schedule.needed_delays(position, delays);
    sources += static_cast<double>(delays.size());
  }
  if (run.windowed) {
    sources *= static_cast<double>(run.num_windows);
  } else {
    sources += static_cast<double>(schedule.words() - period) * run.max_delay;
  }
  return cost.per_word * static_cast<double>(schedule.words()) + cost.per_row * run.rows * sources;
}

template <class Real>
std::vector<WordTime> time_words(const LanguageModel<Real>& model, const GradientRun& run,
                                 std::span<const double> basis, GradientSink& sink,
                                 ThreadTeam& team, const CalibrationOptions& options) {
  StateGradientEngine<Real> engine(model, run, basis, team);
  const Schedule schedule(run);
  std::vector<WordTime> times;
  std::vector<int> delays;
  const double end = options.clock() + options.seconds;
  while (engine.position() < engine.words()) {
    schedule.needed_delays(engine.position(), delays);
    const double uncounted = options.uncounted();
    const double start = options.clock();
    engine.advance(1, sink);
    const double stop = options.clock();
    times.push_back({static_cast<std::int64_t>(delays.size()) * run.rows,
                     stop - start - (options.uncounted() - uncounted)});
    if (times.size() >= 3 && stop >= end) break;
  }
  if (times.size() > 1) times.erase(times.begin());
  return times;
}

template std::vector<WordTime> time_words(const LanguageModel<float>&, const GradientRun&,
                                          std::span<const double>, GradientSink&, ThreadTeam&,
                                          const CalibrationOptions&);
template std::vector<WordTime> time_words(const LanguageModel<double>&, const GradientRun&,
                                          std::span<const double>, GradientSink&, ThreadTeam&,
                                          const CalibrationOptions&);

}  // namespace stategrad::gradient

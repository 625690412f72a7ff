// SPDX-License-Identifier: MIT
#include "gradient/calibration.h"

#include <algorithm>

#include "gradient/engine.h"
#include "gradient/schedule.h"

namespace stategrad::gradient {

namespace {

double mean_of(std::span<const WordTime> times) {
  double sum = 0;
  for (const WordTime& time : times) sum += time.seconds;
  return sum / static_cast<double>(times.size());
}

WordCost fit_line(std::span<const WordTime> times) {
  const double mean_seconds = mean_of(times);
  double mean_rows = 0;
  for (const WordTime& time : times) {
    mean_rows += static_cast<double>(time.rows) / static_cast<double>(times.size());
  }
  double variance = 0;
  double covariance = 0;
  for (const WordTime& time : times) {
    const double rows = static_cast<double>(time.rows) - mean_rows;
    variance += rows * rows;
    covariance += rows * (time.seconds - mean_seconds);
  }
  WordCost cost{.per_word = mean_seconds};
  if (variance > 0 && covariance > 0) {
    cost.per_row = covariance / variance;
    cost.per_word = mean_seconds - cost.per_row * mean_rows;
  }
  if (cost.per_word < 0) cost = {.per_word = 0, .per_row = mean_seconds / mean_rows};
  return cost;
}

}  // namespace

WordCost fit_word_cost(std::span<const WordTime> times) {
  std::vector<WordTime> carrying(times.begin(), times.end());
  const auto plain = std::stable_partition(carrying.begin(), carrying.end(),
                                           [](const WordTime& time) { return time.rows > 0; });
  const std::vector<WordTime> others(plain, carrying.end());
  carrying.erase(plain, carrying.end());
  WordCost cost;
  if (!carrying.empty()) cost = fit_line(carrying);
  cost.plain = others.empty() ? cost.per_word : mean_of(others);
  if (carrying.empty()) cost.per_word = cost.plain;
  return cost;
}

double pass_seconds(const WordCost& cost, const GradientRun& run, int readings) {
  const Schedule schedule(run);
  const double rows = static_cast<double>(run.rows) / readings;
  const std::int64_t words = schedule.words();
  // Each window costs the same, and so does each word of a text whose ring is full.
  const bool repeats = run.sources.empty();
  const std::int64_t period = !repeats       ? words
                              : run.windowed ? run.num_steps
                                             : std::min<std::int64_t>(run.max_delay, words);
  std::vector<int> delays;
  double seconds = 0;
  for (std::int64_t position = 0; position < period; ++position) {
    schedule.needed_delays(position, delays);
    seconds += cost.seconds(rows * static_cast<double>(delays.size()));
  }
  if (repeats && run.windowed) {
    seconds *= static_cast<double>(run.num_windows);
  } else if (repeats) {
    seconds += static_cast<double>(words - period) * cost.seconds(rows * run.max_delay);
  }
  return readings * seconds;
}

GradientRun trial_of(const GradientRun& run) {
  GradientRun trial = run;
  if (run.sources.empty()) return trial;
  const std::int64_t first = run.sources.front();
  const std::int64_t shift = run.windowed ? first - first % run.num_steps : first;
  for (std::int64_t& source : trial.sources) source -= shift;
  return trial;
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

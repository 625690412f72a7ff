// SPDX-License-Identifier: MIT
#include "train/calibration.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/memory.h"
#include "base/training_size.h"
#include "text/windows.h"
#include "train/network.h"
#include "train/optimizer.h"
#include "train/resources.h"
#include "train/run_files.h"
#include "train/start.h"

namespace stategrad::train {
namespace {

/// So many are enough to know the speed of the rest.
constexpr std::int64_t kWindows = 3;
constexpr std::size_t kStreamWords = 2500;

template <class Real>
void measure(const TrainingJob& job, std::uint64_t seed, ThreadTeam& team,
             const TimingOptions& options, TrainingForecast& forecast) {
  const Config& config = job.config;
  const text::Windows windows(job.data.train, config.batch_size, config.num_steps,
                              job.data.train_file);
  TrainingNetwork<Real> network(initial_parameters<Real>(job, seed), network_options(config, seed),
                                team);
  ParameterUpdater<Real> updater(config.optimizer, config.max_grad_norm,
                                 network.parameters().architecture);
  std::vector<WordId> inputs(static_cast<std::size_t>(config.batch_size) *
                             static_cast<std::size_t>(config.num_steps));
  std::vector<WordId> targets(inputs.size());
  const auto train_window = [&](std::int64_t number) {
    windows.inputs(number % windows.count(), inputs);
    windows.targets(number % windows.count(), targets);
    network.forward_backward(inputs, targets, static_cast<std::uint64_t>(number));
    const double norm = updater.gradient_norm(network.gradients(), team);
    // The rate 0 keeps the weights: whether they would diverge is not the question here.
    if (std::isfinite(norm))
      updater.update(network.parameters(), network.gradients(), 0, norm, team);
  };
  forecast.window_seconds = mean_seconds(train_window, options);
  const LanguageModel<Real> model = snapshot(job.data.vocabulary, network.parameters());
  forecast.valid_seconds = forecast_windows(model, {job.data.valid, job.data.valid_file},
                                            config.batch_size, config.num_steps, team, options);
}

}  // namespace

TrainingForecast forecast_training(const TrainingJob& job, ThreadTeam& team,
                                   const TimingOptions& options) {
  const TrainingProgress progress = check_start(job, team.size());
  const Config& config = job.config;
  const Architecture shape = architecture_of(config, job.data.vocabulary.size());
  TrainingForecast forecast;
  const auto done = static_cast<int>(progress.epochs.size());
  forecast.epochs = progress.stopped_early ? 0 : std::max(0, config.max_max_epoch - done);
  if (forecast.epochs > 0) forecast.windows = forecast.epochs * progress.windows - progress.window;
  // Last and best; the checkpoint is gone when the training is done.
  forecast.disk = 2 * number_size(config) * parameter_count(shape);
  forecast.memory = static_cast<double>(resident_memory()) + estimate_memory(config, shape).total();
  if (config.dtype == DType::kFloat64) {
    measure<double>(job, progress.seed, team, options, forecast);
  } else {
    measure<float>(job, progress.seed, team, options, forecast);
  }
  forecast.memory = std::max(forecast.memory, static_cast<double>(peak_memory()));
  return forecast;
}

AnyLanguageModel untrained_model(const TrainingJob& job) {
  if (job.config.dtype == DType::kFloat64) {
    return LanguageModel<double>(job.data.vocabulary, initial_parameters<double>(job, job.seed));
  }
  return LanguageModel<float>(job.data.vocabulary, initial_parameters<float>(job, job.seed));
}

template <class Real>
double forecast_windows(const LanguageModel<Real>& model, const EvaluationText& text, int streams,
                        int steps, ThreadTeam& team, const TimingOptions& options) {
  const text::Windows windows(text.ids, streams, steps, text.file);
  const std::int64_t some = std::min<std::int64_t>(windows.count(), kWindows);
  // The window after the last one holds its targets.
  const std::int64_t words = (some + 1) * steps * std::int64_t{streams};
  const EvaluationText part{text.ids.first(static_cast<std::size_t>(words)), text.file};
  const double seconds = mean_seconds(
      [&](std::int64_t) {
        static_cast<void>(evaluate_windows(model, part, streams, steps, team, nullptr));
      },
      options);
  return seconds * static_cast<double>(windows.count()) / static_cast<double>(some);
}

template <class Real>
double forecast_stream(const LanguageModel<Real>& model, const EvaluationText& text,
                       ThreadTeam& team, const TimingOptions& options) {
  const EvaluationText part{text.ids.first(std::min(text.ids.size(), kStreamWords + 1)), text.file};
  const double seconds = mean_seconds(
      [&](std::int64_t) { static_cast<void>(evaluate_stream(model, part, team, nullptr, {})); },
      options);
  return seconds * static_cast<double>(text.ids.size() - 1) /
         static_cast<double>(part.ids.size() - 1);
}

template double forecast_windows(const LanguageModel<float>&, const EvaluationText&, int, int,
                                 ThreadTeam&, const TimingOptions&);
template double forecast_windows(const LanguageModel<double>&, const EvaluationText&, int, int,
                                 ThreadTeam&, const TimingOptions&);
template double forecast_stream(const LanguageModel<float>&, const EvaluationText&, ThreadTeam&,
                                const TimingOptions&);
template double forecast_stream(const LanguageModel<double>&, const EvaluationText&, ThreadTeam&,
                                const TimingOptions&);

}  // namespace stategrad::train

// SPDX-License-Identifier: MIT
#include "train/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

#include "base/atomic_file.h"
#include "stategrad/errors.h"
#include "text/windows.h"
#include "train/checkpoint.h"
#include "train/evaluate.h"
#include "train/network.h"
#include "train/optimizer.h"
#include "train/run_files.h"
#include "train/schedule.h"
#include "train/start.h"

namespace stategrad::train {
namespace {

/// A loss per word of more nats than this has a perplexity beyond the largest double.
constexpr double kLargestLoss = 700;

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// One training from its start or its resumption to its end.
template <class Real>
class Run {
 public:
  /// @param progress where to begin: that of a checkpoint, or none done yet
  Run(const TrainingJob& job, TrainingProgress progress, const TrainingCallbacks& callbacks,
      ThreadTeam& team);
  TrainingSummary run();

 private:
  void begin();
  void resume();
  void run_epoch(double rate);
  void train_windows(double rate);
  void train_window(double rate);
  void finish_epoch(double rate, double seconds_before);
  void finish();
  void report_progress();
  [[nodiscard]] bool stop_wanted() const {
    return job_.stop != nullptr && job_.stop->load(std::memory_order_relaxed);
  }
  [[noreturn]] void stop();
  [[noreturn]] void diverged(std::string_view what, double value) const;
  void message(const std::string& text) const {
    if (callbacks_.on_message) callbacks_.on_message(text);
  }
  [[nodiscard]] int epoch() const { return static_cast<int>(progress_.epochs.size()); }
  [[nodiscard]] double train_perplexity() const {
    const double words = static_cast<double>(progress_.window) * job_.config.num_steps;
    return std::exp(progress_.loss_sum / words);
  }

  const TrainingJob& job_;
  const TrainingCallbacks& callbacks_;
  ThreadTeam& team_;
  text::Windows windows_;
  TrainingNetwork<Real> network_;
  ParameterUpdater<Real> updater_;
  TrainingProgress progress_;
  std::vector<WordId> inputs_;
  std::vector<WordId> targets_;
  bool vocabulary_written_ = false;
  Stopwatch part_;            ///< of the epoch, since it began or was resumed
  double part_training_ = 0;  ///< seconds of training in that part
  std::int64_t part_windows_ = 0;
  TrainingSummary summary_;
};

template <class Real>
Run<Real>::Run(const TrainingJob& job, TrainingProgress progress,
               const TrainingCallbacks& callbacks, ThreadTeam& team)
    : job_(job),
      callbacks_(callbacks),
      team_(team),
      windows_(job.data.train, job.config.batch_size, job.config.num_steps, job.data.train_file),
      network_(initial_parameters<Real>(job, progress.seed),
               network_options(job.config, progress.seed), team),
      updater_(job.config.optimizer, job.config.max_grad_norm, network_.parameters().architecture),
      progress_(std::move(progress)) {
  const std::size_t count = static_cast<std::size_t>(job.config.batch_size) * job.config.num_steps;
  inputs_.resize(count);
  targets_.resize(count);
}

template <class Real>
TrainingSummary Run<Real>::run() {
  const Stopwatch watch;
  begin();
  while (!progress_.stopped_early && epoch() < job_.config.max_max_epoch) {
    run_epoch(learning_rate(job_.config, epoch()));
  }
  finish();
  summary_.epochs = progress_.epochs;
  summary_.stopped_early = progress_.stopped_early;
  summary_.seconds = watch.seconds();
  return summary_;
}

template <class Real>
void Run<Real>::begin() {
  // A training that was killed may have left files in the making.
  remove_leftovers(job_.directory);
  remove_leftovers(checkpoint_file(job_.directory).parent_path());
  if (job_.start == Start::kResume && std::filesystem::exists(checkpoint_file(job_.directory))) {
    resume();
    return;
  }
  if (job_.start == Start::kResume) {
    message("the training was cut off before its first checkpoint: it begins anew");
  }
  // What is overwritten stays whole until the first epoch is done.
  if (job_.start == Start::kOverwrite) return;
  write_first_files(job_, progress_);
  vocabulary_written_ = true;
}

template <class Real>
void Run<Real>::resume() {
  if (progress_.threads != team_.size()) {
    message(
        fmt::format("resumed with {} threads instead of {}: the weights will differ by rounding "
                    "from those of an uninterrupted training",
                    team_.size(), progress_.threads));
    progress_.threads = team_.size();
  }
  load_checkpoint(job_.directory, network_, updater_);
  updater_.set_updates(progress_.updates);
  if (progress_.window == 0 && !progress_.epochs.empty()) {
    // The checkpoint is written before the other files, so it may be newer than they are.
    write_epoch_files(job_, progress_, snapshot(job_.data.vocabulary, network_.parameters()), true);
  }
  vocabulary_written_ = !progress_.epochs.empty();
  message(fmt::format("resumed in epoch {} after window {} of {}", epoch() + 1, progress_.window,
                      progress_.windows));
}

template <class Real>
void Run<Real>::run_epoch(double rate) {
  part_ = Stopwatch();
  part_training_ = 0;
  part_windows_ = 0;
  const double seconds_before = progress_.seconds;
  if (callbacks_.on_epoch_begin) callbacks_.on_epoch_begin(epoch() + 1, rate);
  if (progress_.window == 0) {
    progress_.loss_sum = 0;
    network_.reset_state();
  }
  try {
    train_windows(rate);
    finish_epoch(rate, seconds_before);
  } catch (const Interrupted&) {
    progress_.seconds = seconds_before + part_.seconds();
    stop();
  }
}

template <class Real>
void Run<Real>::train_windows(double rate) {
  while (progress_.window < progress_.windows) {
    if (stop_wanted()) throw Interrupted("stopped");
    train_window(rate);
    report_progress();
  }
}

template <class Real>
void Run<Real>::train_window(double rate) {
  const Stopwatch watch;
  windows_.inputs(progress_.window, inputs_);
  windows_.targets(progress_.window, targets_);
  const double loss = network_.forward_backward(inputs_, targets_, progress_.updates);
  if (!(loss / job_.config.num_steps < kLargestLoss)) diverged("the loss", loss);
  const double norm = updater_.gradient_norm(network_.gradients(), team_);
  if (!std::isfinite(norm)) diverged("the norm of the gradients", norm);
  updater_.update(network_.parameters(), network_.gradients(), rate, norm, team_);
  ++progress_.updates;
  ++progress_.window;
  progress_.loss_sum += loss;
  const double seconds = watch.seconds();
  progress_.training_seconds += seconds;
  part_training_ += seconds;
  ++part_windows_;
  summary_.tokens += static_cast<std::int64_t>(inputs_.size());
}

template <class Real>
void Run<Real>::report_progress() {
  if (!callbacks_.on_progress) return;
  const double tokens = static_cast<double>(part_windows_) * static_cast<double>(inputs_.size());
  callbacks_.on_progress({epoch() + 1, progress_.window, progress_.windows, train_perplexity(),
                          part_training_ > 0 ? tokens / part_training_ : 0});
}

template <class Real>
void Run<Real>::finish_epoch(double rate, double seconds_before) {
  const LanguageModel<Real> model = snapshot(job_.data.vocabulary, network_.parameters());
  const Evaluation valid =
      evaluate_windows(model, {job_.data.valid, job_.data.valid_file}, job_.config.batch_size,
                       job_.config.num_steps, team_, job_.stop);
  EpochResult result;
  result.epoch = epoch() + 1;
  result.learning_rate = rate;
  result.train_perplexity = train_perplexity();
  result.valid_perplexity = valid.perplexity();
  if (!std::isfinite(result.valid_perplexity)) {
    diverged("the validation perplexity", result.valid_perplexity);
  }
  const double tokens =
      static_cast<double>(progress_.windows) * static_cast<double>(inputs_.size());
  result.tokens_per_second = tokens / std::max(progress_.training_seconds, 1e-9);
  result.seconds = seconds_before + part_.seconds();
  std::vector<double> earlier;
  for (const EpochResult& before : progress_.epochs) earlier.push_back(before.valid_perplexity);
  result.best = std::all_of(earlier.begin(), earlier.end(),
                            [&](double value) { return result.valid_perplexity < value; });
  if (job_.config.trainer == TrainerKind::kEarlyStopping) {
    EarlyStopping rule(job_.config.early_stop);
    rule.restore(progress_.early_stop_count);
    progress_.stopped_early = rule.add(earlier, result.valid_perplexity);
    progress_.early_stop_count = rule.count();
  }
  progress_.epochs.push_back(result);
  progress_.window = 0;
  progress_.loss_sum = 0;
  progress_.training_seconds = 0;
  progress_.seconds = 0;
  save_checkpoint(job_.directory, progress_, network_, updater_);
  write_epoch_files(job_, progress_, model, !vocabulary_written_);
  vocabulary_written_ = true;
  if (callbacks_.on_epoch_end) callbacks_.on_epoch_end(result);
}

/// Marks the model as finished; the checkpoint has done its service.
template <class Real>
void Run<Real>::finish() {
  write_finished_description(job_, progress_);
  remove_checkpoint(job_.directory);
}

template <class Real>
void Run<Real>::stop() {
  save_checkpoint(job_.directory, progress_, network_, updater_);
  throw Interrupted(fmt::format(
      "stopped in epoch {} after window {} of {}; the state is saved in {}; --resume goes on from "
      "there",
      epoch() + 1, progress_.window, progress_.windows,
      checkpoint_file(job_.directory).parent_path().string()));
}

template <class Real>
void Run<Real>::diverged(std::string_view what, double value) const {
  const std::string kept =
      progress_.epochs.empty()
          ? "no epoch was finished before"
          : fmt::format("the model of epoch {} is kept in {}", epoch(), job_.directory.string());
  throw NumericalError(fmt::format(
      "training diverged in epoch {}, window {} of {}: {} is {}; {}; try a lower learning_rate "
      "(now "
      "{}), max_grad_norm ({}) or init_scale ({})",
      epoch() + 1, std::min(progress_.window + 1, progress_.windows), progress_.windows, what,
      value, kept, job_.config.learning_rate, job_.config.max_grad_norm, job_.config.init_scale));
}

}  // namespace

TrainingSummary train_model(const TrainingJob& job, const TrainingCallbacks& callbacks,
                            ThreadTeam& team) {
  TrainingProgress progress = check_start(job, team.size());
  if (job.config.dtype == DType::kFloat64) {
    return Run<double>(job, std::move(progress), callbacks, team).run();
  }
  return Run<float>(job, std::move(progress), callbacks, team).run();
}

}  // namespace stategrad::train

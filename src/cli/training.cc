// SPDX-License-Identifier: MIT
#include "cli/training.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "base/text_format.h"
#include "train/calibration.h"
#include "train/run_files.h"
#include "train/run_rules.h"
#include "train/training_data.h"

namespace stategrad::cli {
namespace {

/// The progress lines of the epochs of a training.
class EpochProgress {
 public:
  EpochProgress(const Session& session, const Config& config)
      : session_(session),
        epochs_(config.max_max_epoch),
        words_per_window_(std::int64_t{config.num_steps} * config.batch_size) {}

  void update(const train::Progress& now) {
    if (now.epoch != epoch_) {
      epoch_ = now.epoch;
      already_ = (now.done - 1) * words_per_window_;
      line_.reset();
      line_ = session_.make_progress(fmt::format("epoch {}/{}", now.epoch, epochs_), "words",
                                     now.total * words_per_window_);
    }
    if (line_ == nullptr) return;
    line_->update(now.done * words_per_window_, fmt::format("perplexity {:.1f}", now.perplexity),
                  already_);
  }
  void clear() { line_.reset(); }

 private:
  const Session& session_;
  int epochs_;
  std::int64_t words_per_window_;
  int epoch_ = 0;
  std::int64_t already_ = 0;
  std::unique_ptr<Progress> line_;
};

std::string describe(const train::EpochResult& epoch) {
  return fmt::format("epoch {}: train perplexity {:.2f}, valid perplexity {:.2f}{}, {} words/s, {}",
                     epoch.epoch, epoch.train_perplexity, epoch.valid_perplexity,
                     epoch.best ? " (best)" : "",
                     format_count(static_cast<std::int64_t>(epoch.tokens_per_second)),
                     format_duration(epoch.seconds));
}

bool is_set(const LoadedConfig& loaded, const char* key) {
  return std::find(loaded.keys_set.begin(), loaded.keys_set.end(), key) != loaded.keys_set.end();
}

}  // namespace

void add_start_options(CLI::App& command, TrainingRequest& request) {
  command.add_flag(
      "--resume", request.resume,
      "Go on with the unfinished training in save_path, to the same weights as without "
      "the interruption");
  command.add_flag("--overwrite", request.overwrite, "Replace the model in save_path");
}

train::TrainingJob make_training_job(const TrainingRequest& request, const Session& session) {
  train::TrainingJob job;
  job.config = request.loaded.config;
  job.directory = job.config.save_path;
  job.stop = session.stop;
  job.memory_limit = request.memory_limit;
  train::take_embedding_size(job.config, is_set(request.loaded, "embedding_size"));
  job.start = train::decide_start({job.directory, request.resume, request.overwrite}, job.config);
  job.seed = job.start == train::Start::kResume ? train::resumed_seed(job.directory, session.seed)
                                                : session.seed_for(job.config);
  job.data = train::load_training_data(job.config, job.seed);
  session.note(fmt::format("{} words to train on, {} to validate on, vocabulary of {} words",
                           format_count(static_cast<std::int64_t>(job.data.train.size())),
                           format_count(static_cast<std::int64_t>(job.data.valid.size())),
                           format_count(job.data.vocabulary.size())));
  return job;
}

train::TrainingJob make_training_trial(const TrainingRequest& request, const Session& session) {
  TrainingRequest trial = request;
  trial.loaded.config.save_dict.clear();
  return make_training_job(trial, session);
}

StepForecast forecast_training_step(const train::TrainingJob& job, ThreadTeam& team) {
  constexpr double kSeconds = 0.7;
  const train::TrainingForecast forecast =
      train::forecast_training(job, team, {.seconds = kSeconds});
  return {.step = "train",
          .words = forecast.windows * job.config.num_steps * job.config.batch_size,
          .seconds = forecast.seconds(),
          .memory = static_cast<std::uint64_t>(forecast.memory),
          .disk = static_cast<std::uint64_t>(forecast.disk),
          .files = train::kModelFiles};
}

train::TrainingSummary train_from_configuration(const TrainingRequest& request,
                                                const TrainingListener& listener,
                                                const Session& session, ThreadTeam& team) {
  const train::TrainingJob job = make_training_job(request, session);
  EpochProgress progress(session, job.config);
  train::TrainingCallbacks callbacks;
  callbacks.on_epoch_begin = listener.on_epoch_begin;
  callbacks.on_progress = [&](const train::Progress& now) { progress.update(now); };
  callbacks.on_epoch_end = [&](const train::EpochResult& epoch) {
    progress.clear();
    session.note(describe(epoch));
    if (listener.on_epoch_end) listener.on_epoch_end(epoch);
  };
  callbacks.on_message = [&](const std::string& text) { session.note(text); };
  return train::train_model(job, callbacks, team);
}

std::string log_name(const Config& config) {
  if (!config.log.empty()) return config.log;
  std::filesystem::path path = std::filesystem::path(config.save_path).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  return path.has_filename() ? path.filename().string() : "stategrad";
}

}  // namespace stategrad::cli

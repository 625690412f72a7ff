// SPDX-License-Identifier: MIT
//
// Training as the commands run and train do it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "cli/dry_run.h"
#include "cli/session.h"
#include "train/trainer.h"

namespace stategrad::cli {

struct TrainingRequest {
  LoadedConfig loaded;
  bool resume = false;
  bool overwrite = false;
  std::optional<std::uintmax_t> memory_limit;  ///< bytes that the process may take
};

/// Told what happens; both may be empty.
struct TrainingListener {
  std::function<void(int epoch, double learning_rate)> on_epoch_begin;
  std::function<void(const train::EpochResult&)> on_epoch_end;
};

/// --resume and --overwrite.
void add_start_options(CLI::App& command, TrainingRequest& request);

/// The training that a request asks for: save_path is checked, the texts are read.
/// @throws what decide_start() and load_training_data() throw
[[nodiscard]] train::TrainingJob make_training_job(const TrainingRequest& request,
                                                   const Session& session);

/// The same without writing the word list of save_dict, for forecasts.
[[nodiscard]] train::TrainingJob make_training_trial(const TrainingRequest& request,
                                                     const Session& session);

/// What the training of a job will take, from a few windows. Refuses what the training would
/// refuse; writes nothing.
[[nodiscard]] StepForecast forecast_training_step(const train::TrainingJob& job, ThreadTeam& team);

/// Checks save_path, reads the texts and trains, with progress on standard error.
/// @throws what decide_start(), load_training_data() and train_model() throw
train::TrainingSummary train_from_configuration(const TrainingRequest& request,
                                                const TrainingListener& listener,
                                                const Session& session, ThreadTeam& team);

/// The log file of a configuration: log_dir/log, or the last part of save_path.
[[nodiscard]] std::string log_name(const Config& config);

}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
//
// Training as the commands run and train do it.
#pragma once

#include <functional>
#include <string>

#include "cli/session.h"
#include "train/trainer.h"

namespace stategrad::cli {

struct TrainingRequest {
  LoadedConfig loaded;
  bool resume = false;
  bool overwrite = false;
};

/// Told what happens; both may be empty.
struct TrainingListener {
  std::function<void(int epoch, double learning_rate)> on_epoch_begin;
  std::function<void(const train::EpochResult&)> on_epoch_end;
};

/// --resume and --overwrite.
void add_start_options(CLI::App& command, TrainingRequest& request);

/// Checks save_path, reads the texts and trains, with progress on standard error.
/// @throws what decide_start(), load_training_data() and train_model() throw
train::TrainingSummary train_from_configuration(const TrainingRequest& request,
                                                const TrainingListener& listener,
                                                const Session& session, ThreadTeam& team);

/// The log file of a configuration: log_dir/log, or the last part of save_path.
[[nodiscard]] std::string log_name(const Config& config);

}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/run_log.h"
#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"
#include "cli/training.h"
#include "model/model_directory.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  ConfigArguments config;
  TrainingRequest request;
  ForecastArguments forecast;
};

void train(const Session& session, Arguments& arguments) {
  arguments.request.loaded = load(arguments.config, session);
  arguments.request.memory_limit = memory_limit(arguments.forecast);
  const Config& config = arguments.request.loaded.config;
  const auto team = session.make_team();
  if (arguments.forecast.dry_run) {
    const train::TrainingJob job = make_training_trial(arguments.request, session);
    print_forecast(session, {forecast_training_step(job, *team)});
    return;
  }
  TrainingListener listener;
  std::unique_ptr<RunLog> log;
  listener.on_epoch_begin = [&](int epoch, double rate) {
    if (!log) log = std::make_unique<RunLog>(config.log_dir, log_name(config));
    log->line(fmt::format("Epoch: {} Learning rate: {}", epoch, format_number(rate)));
  };
  listener.on_epoch_end = [&](const train::EpochResult& epoch) {
    log->line(fmt::format("Epoch: {} Train Perplexity: {} Valid Perplexity: {}", epoch.epoch,
                          format_number(epoch.train_perplexity),
                          format_number(epoch.valid_perplexity)));
  };
  const auto summary = train_from_configuration(arguments.request, listener, session, *team);
  io::Table table({"epoch", "learning_rate", "train_perplexity", "valid_perplexity",
                   "tokens_per_second", "seconds"});
  for (const train::EpochResult& epoch : summary.epochs) {
    table.add({std::int64_t{epoch.epoch}, epoch.learning_rate, epoch.train_perplexity,
               epoch.valid_perplexity, epoch.tokens_per_second, epoch.seconds});
  }
  session.print(table);
  session.note(fmt::format("{}the model is in {}",
                           summary.stopped_early ? "early stopping ended the training; " : "",
                           config.save_path));
  summarise(session, fmt::format("{} words trained on", format_count(summary.tokens)),
            model::read_description(config.save_path).seed);
}

}  // namespace

void add_train(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand("train", "Train a language model");
  auto arguments = std::make_shared<Arguments>();
  add_config_options(*command, arguments->config, true);
  add_start_options(*command, arguments->request);
  add_dry_run_option(*command, arguments->forecast);
  add_memory_limit_option(*command, arguments->forecast,
                          "Refuse a training that takes more memory than so much, such as 2GB");
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad train --config configs/ptb-norm-wsj_64e_256h_steps50.config",
      "stategrad train --config my.config --set size=128 --set save_path=models/small",
      "stategrad train --config my.config --resume",
      "stategrad train --config my.config --dry-run",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { train(session, *arguments); };
  });
}

}  // namespace stategrad::cli

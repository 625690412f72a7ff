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
};

void train(const Session& session, Arguments& arguments) {
  arguments.request.loaded = load(arguments.config, session);
  const Config& config = arguments.request.loaded.config;
  const auto team = session.make_team();
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
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad train --config configs/ptb-norm-wsj_64e_256h_steps50.config",
      "stategrad train --config my.config --set size=128 --set save_path=models/small",
      "stategrad train --config my.config --resume",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { train(session, *arguments); };
  });
}

}  // namespace stategrad::cli

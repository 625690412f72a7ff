// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>

#include "cli/commands/commands.h"
#include "cli/gradient_pass.h"
#include "cli/state_arguments.h"
#include "cli/summary.h"
#include "cli/time_steps.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  ModelArguments model;
  StateArguments states;
  std::optional<std::string> time_step;
  bool windowed = false;
  bool continuous = false;
  std::string formats = "npy";
  std::string output;
  bool overwrite = false;
  std::optional<std::int64_t> positions;
  std::optional<int> blocks;
  std::optional<double> until_error;
  double rank_tolerance = 0;
  ForecastArguments forecast;
};

std::vector<sinks::OutputFormat> parse_formats(const std::string& names) {
  try {
    return sinks::parse_output_formats(names);
  } catch (const UsageError& e) {
    throw UsageError(fmt::format("--format '{}': {}", names, e.what()));
  }
}

/// The options of sums: how many positions, and into how many blocks.
void add_sampling(const Arguments& arguments, PassRequest& request) {
  using enum sinks::OutputFormat;
  const auto only = [&](std::initializer_list<sinks::OutputFormat> allowed) {
    return std::all_of(request.formats.begin(), request.formats.end(), [&](auto format) {
      return std::find(allowed.begin(), allowed.end(), format) != allowed.end();
    });
  };
  if (arguments.positions && !only({kStatistics, kNull})) {
    throw UsageError("--positions is for sums: take --format statistics");
  }
  if (arguments.until_error && !only({kStatistics})) {
    throw UsageError("--until-error is for sums: take --format statistics and no other");
  }
  if (arguments.blocks && !only({kStatistics, kNull})) {
    throw UsageError("--blocks is for sums: take --format statistics");
  }
  if (arguments.until_error && !std::isfinite(*arguments.until_error)) {
    throw UsageError("--until-error takes a number of per cent, such as 5");
  }
  if (arguments.until_error && arguments.blocks == 1) {
    throw UsageError("--until-error takes the error from the blocks: give --blocks 2 or more");
  }
  request.positions = arguments.positions;
  request.until_error = arguments.until_error;
  request.blocks = arguments.blocks.value_or(sinks::kDefaultBlocks);
}

/// What the command line leaves open is taken from the configuration.
PassRequest request_of(const Arguments& arguments, const OpenedModel& opened) {
  const Config& config = opened.config;
  PassRequest request;
  request.text = text_file(arguments.states, opened);
  request.formats = parse_formats(arguments.formats);
  request.output = arguments.output.empty() ? config.grad_dir : arguments.output;
  request.overwrite = arguments.overwrite;
  add_sampling(arguments, request);
  request.memory_limit = memory_limit(arguments.forecast);
  GradientOptions& options = request.options;
  options.windowed =
      !arguments.continuous && (arguments.windowed || sinks::windowed_by_default(request.formats));
  options.num_steps = config.num_steps;
  options.rank_tolerance = arguments.rank_tolerance;
  if (!(options.rank_tolerance >= 0 && options.rank_tolerance < 1)) {
    throw UsageError(fmt::format("--rank-tolerance {}: give 0 (exact) or a number below 1",
                                 options.rank_tolerance));
  }
  choose_states(arguments.states, opened, options);
  if (arguments.time_step) {
    options.time_steps = parse_time_steps(*arguments.time_step);
    if (!options.windowed && *arguments.time_step != "all") {
      throw UsageError(
          "--time-step counts from the start of a window: take --windowed, or leave it away");
    }
    if (!options.time_steps.empty() && options.time_steps.back() >= config.num_steps) {
      throw UsageError(fmt::format("--time-step {}: windows of {} words have the steps 0 to {}",
                                   options.time_steps.back(), config.num_steps,
                                   config.num_steps - 1));
    }
  } else if (options.windowed && config.time_step) {
    options.time_steps = {*config.time_step};
  }
  return request;
}

void gradients(const Session& session, const Arguments& arguments) {
  const OpenedModel opened = open_model(arguments.model, session);
  PassRequest request = request_of(arguments, opened);
  request.seed = session.seed_for(opened.config);
  const auto team = session.make_team();
  if (arguments.forecast.dry_run) {
    print_forecast(session, {forecast_gradient_pass(opened, request, session, *team)});
    return;
  }
  const PassSummary summary = run_gradient_pass(opened, request, session, *team);
  std::vector<std::string> columns = {"text",  "words",   "positions",  "state_gradients",
                                      "files", "seconds", "ms_per_word"};
  std::vector<io::Cell> row = {request.text.string(),
                               summary.words,
                               summary.positions,
                               summary.blocks,
                               static_cast<std::int64_t>(summary.files),
                               summary.seconds,
                               1e3 * summary.seconds / static_cast<double>(summary.words)};
  if (summary.error_percent) {
    columns.emplace_back("error_percent");
    row.emplace_back(*summary.error_percent);
  }
  io::Table table(columns);
  table.add(row);
  session.print(table);
  summarise(session, to_text(summary), request.seed);
}

void add_sampling_options(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--positions", arguments.positions,
                  "Look only at a random sample of N words x, one from each of N equal stretches "
                  "of the text; statistics only (default: all)")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command
      .add_option("--blocks", arguments.blocks,
                  "Keep sums of K stretches of the text, for error bars; statistics only "
                  "(default: 10)")
      ->check(CLI::Range(1, 1000))
      ->type_name("K");
  command
      .add_option("--until-error", arguments.until_error,
                  "Take more and more positions until the error of the leading singular value of "
                  "the mean is below P per cent at every delay; statistics only")
      ->check(CLI::PositiveNumber)
      ->type_name("P");
}

void add_options(CLI::App& command, Arguments& arguments) {
  add_state_options(command, arguments.states);
  command
      .add_option("--time-step", arguments.time_step,
                  "Steps of a window: 49, 0,5,49, 0-9 or all (default: time_step of the "
                  "configuration, else all)")
      ->type_name("STEPS");
  auto* windowed = command.add_flag(
      "--windowed", arguments.windowed,
      "Never across the start of a window of num_steps words (default for npy, npz and hdf5)");
  command
      .add_flag("--continuous", arguments.continuous,
                "Across windows (default for statistics and null)")
      ->excludes(windowed);
  command
      .add_option("--format", arguments.formats,
                  "npy, npz, hdf5, statistics or null (for timing), or several with commas")
      ->type_name("FORMATS")
      ->capture_default_str();
  command
      .add_option("-o,--output", arguments.output,
                  "Folder to write to (default: grad_dir of the configuration)")
      ->type_name("DIR");
  command.add_flag("--overwrite", arguments.overwrite,
                   "Replace the state gradients that are in the folder");
  command
      .add_option("--rank-tolerance", arguments.rank_tolerance,
                  "Keep old sources in fewer rows where their gradients change by no more than "
                  "about this share, 0 <= R < 1; 0 is exact, 0.001 is fast and good")
      ->type_name("R")
      ->capture_default_str();
  add_dry_run_option(command, arguments.forecast);
  add_memory_limit_option(
      command, arguments.forecast,
      "Stay within so much memory, such as 2GB: with the formats statistics and "
      "null the text is read several times if need be");
}

}  // namespace

void add_gradients(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "gradients", "Compute the state gradients of a text, all delays and time steps in one pass");
  auto arguments = std::make_shared<Arguments>();
  add_model_options(*command, arguments->model);
  add_outside_options(*command, arguments->model.outside);
  add_options(*command, *arguments);
  add_sampling_options(*command, *arguments);
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad gradients --model models/mine --time-step 49 -o gradients/timestep_49",
      "stategrad gradients --model models/mine --format statistics -o results",
      "stategrad gradients --model models/mine --format statistics --until-error 5 -o results",
      "stategrad gradients --model models/mine --text book.txt --state both --format hdf5 -o out",
      "stategrad gradients --model models/mine --format statistics --rank-tolerance 1e-3 -o fast",
      "stategrad gradients --model models/mine --format null --max-delay 50",
      "stategrad gradients --cell-module cell.pt --inputs x.npy --format hdf5 -o out",
      "stategrad gradients --model models/mine --format statistics -o results --dry-run",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { gradients(session, *arguments); };
  });
}

}  // namespace stategrad::cli

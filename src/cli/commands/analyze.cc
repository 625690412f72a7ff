// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <optional>

#include "cli/analysis_pass.h"
#include "cli/analysis_results.h"
#include "cli/class_arguments.h"
#include "cli/commands/commands.h"
#include "cli/evaluation_arguments.h"
#include "cli/probe_pass.h"
#include "cli/reproduce.h"
#include "cli/sentence_pass.h"
#include "cli/state_arguments.h"
#include "cli/summary.h"
#include "report/training_results.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  ModelArguments model;
  StateArguments states;
  int blocks = 10;
  std::int64_t sample = 2000;
  std::string shard = "1/1";
  std::string output;
  bool overwrite = false;
  ClassArguments classes;
  bool used = true;
  std::int64_t validity_sample = 1000;
  std::string labels;
  std::int64_t probe_sample = 5000;
  std::string probe_delays = "0,1,2,5,10,20";
  SentenceArguments sentences;
  EvaluationArguments evaluation;
  ForecastArguments forecast;
};

AnalysisRequest request_of(const Arguments& arguments, const OpenedModel& opened,
                           const Session& session) {
  AnalysisRequest request;
  request.text = text_file(arguments.states, opened);
  request.output = arguments.output;
  request.overwrite = arguments.overwrite;
  request.blocks = arguments.blocks;
  request.sample = arguments.sample;
  request.shard = parse_shard(arguments.shard);
  ClassArguments classes = arguments.classes;
  if (!arguments.labels.empty()) {
    if (opened.inputs.empty()) throw UsageError("--labels are of --inputs: give those too");
    classes.labels = read_labels(arguments.labels, opened.vocabulary().size());
  }
  request.classes = class_definitions(classes);
  request.used = arguments.used && opened.other_files.empty();
  if (arguments.used && !request.used) {
    session.note("no used gradients: cells and inputs from elsewhere predict no words");
  }
  request.validity_sample = arguments.validity_sample;
  request.probe_sample = arguments.probe_sample;
  request.probe_delays = parse_delays("--probe-delays", arguments.probe_delays);
  request.sentences = sentence_request(arguments.sentences, opened, session);
  request.choices = evaluation_choices(arguments.evaluation);
  if (request.shard.of > 1 &&
      !(request.choices.differences.empty() && request.choices.others.empty())) {
    throw UsageError(
        "--difference and --compare: a shard has no results, give them to 'stategrad merge'");
  }
  request.memory_limit = memory_limit(arguments.forecast);
  choose_states(arguments.states, opened, request.options);
  return request;
}

void analyze(const Session& session, const Arguments& arguments) {
  const OpenedModel opened = open_model(arguments.model, session);
  AnalysisRequest request = request_of(arguments, opened, session);
  request.seed = session.seed_for(opened.config);
  const auto team = session.make_team();
  if (arguments.forecast.dry_run) {
    print_forecast(session, forecast_analysis_pass(opened, request, session, *team));
    return;
  }
  const AnalysisSummary summary = run_analysis_pass(opened, request, session, *team);
  write_origin(request.output, reproduce(request.seed, team->size()),
               report::training_json(opened.directory, opened.description, opened.weights));
  if (request.shard.of == 1) {
    write_analysis_results(request.output, request.choices, session, *team);
  } else {
    session.note(
        "this is a part: 'stategrad merge' makes results of all parts, and 'stategrad "
        "probe' the probes");
  }
  summarise(session,
            fmt::format("state gradients to {} of {} words", summary.positions, summary.words),
            request.seed);
}

void add_options(CLI::App& command, Arguments& arguments) {
  add_state_options(command, arguments.states);
  command.add_option("--blocks", arguments.blocks, "Stretches of the text for error bars")
      ->check(CLI::Range(2, 1000))
      ->type_name("K")
      ->capture_default_str();
  command
      .add_option("--sample", arguments.sample,
                  "Words x, spread over the text at random, whose state gradients are looked at "
                  "one by one; 0: none")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--shard", arguments.shard,
                  "Only the state gradients to part i of n of the text; 'merge' puts them together")
      ->type_name("i/n")
      ->capture_default_str();
  command.add_option("-o,--output", arguments.output, "Folder for the results")
      ->required()
      ->type_name("DIR");
  command.add_flag("--overwrite", arguments.overwrite,
                   "Replace the results in the folder, and begin anew after an interruption");
  add_class_options(command, arguments.classes);
  command.add_flag("!--no-used", arguments.used,
                   "Without the gradients of the next word's log-probability, which tell what "
                   "predictions use of what is stored");
  command
      .add_option("--validity-sample", arguments.validity_sample,
                  "Words, spread over the text at random, that are replaced by others of their "
                  "classes to see how well state gradients predict the change; 0: none")
      ->check(CLI::Range(0, 100'000'000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--labels", arguments.labels,
                  "Classes of --inputs: the label of each, a line each")
      ->type_name("FILE");
  command
      .add_option("--probe-sample", arguments.probe_sample,
                  "With classes: most states, or words, of the probes that tell them apart; 0: no "
                  "probes")
      ->check(CLI::Range(0, 100'000'000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option(
          "--probe-delays", arguments.probe_delays,
          "Of the probes of states: tell the class of the word so many words before; delays "
          "from --max-delay on are left out")
      ->type_name("DELAYS")
      ->capture_default_str();
  add_sentence_options(command, arguments.sentences);
  add_evaluation_options(command, arguments.evaluation);
  add_dry_run_option(command, arguments.forecast);
  add_memory_limit_option(command, arguments.forecast,
                          "Refuse a pass that takes more memory: 500MB, 2GB, 1.5GiB");
}

}  // namespace

void add_analyze(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "analyze", "Sum up all state gradients of a text in one pass, with no files of gradients");
  auto arguments = std::make_shared<Arguments>();
  add_model_options(*command, arguments->model);
  add_outside_options(*command, arguments->model.outside);
  add_options(*command, *arguments);
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad analyze --model models/mine -o results",
      "stategrad analyze --model models/mine --text book.txt --state both --max-delay 100 -o book",
      "stategrad analyze --model models/mine --tags words.tags --frequency-bins 5 -o results",
      "stategrad analyze --model models/mine --tags words.tags --difference NN-NNS -o results",
      "stategrad analyze --model models/mine --sentence 'the keys to the cabinet' -o results",
      "stategrad analyze --model models/mine --tags words.tags --dry-run -o results",
      "stategrad analyze --cell-module cell.pt --inputs x.npy --labels x.labels -o results",
      "stategrad analyze --model models/mine --inputs x.npy --labels x.labels -o results",
      "stategrad analyze --model models/mine --shard 1/2 -o part1   # on one machine",
      "stategrad analyze --model models/mine --shard 2/2 -o part2   # on another",
      "stategrad merge part1 part2 -o results",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { analyze(session, *arguments); };
  });
}

}  // namespace stategrad::cli

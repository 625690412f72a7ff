// SPDX-License-Identifier: MIT
//
// What can be read from embeddings and states by a linear classifier.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text_format.h"
#include "base/writable_folder.h"
#include "cli/class_arguments.h"
#include "cli/commands/commands.h"
#include "cli/gradient_pass.h"
#include "cli/probe_pass.h"
#include "cli/summary.h"
#include "stategrad/errors.h"
#include "stategrad/state_gradients.h"
#include "text/corpus.h"
#include "text/dataset.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  ModelArguments model;
  std::string text;
  std::vector<std::string> on = {"embedding", "cell", "hidden"};
  std::string layer = "top";
  std::string delays = "0";
  std::string loss_weights = "0.01,0.1,1,10,100";
  ProbeRequest request;
  std::string output;
  ClassArguments classes;
  ForecastArguments forecast;
};

std::vector<double> parse_loss_weights(const std::string& list) {
  std::vector<double> values;
  const char* at = list.data();
  const char* end = at + list.size();
  while (true) {
    const auto [stop, error] = std::from_chars(at, end, values.emplace_back());
    const double before = values.size() < 2 ? 0 : values[values.size() - 2];
    const bool rises = std::isfinite(values.back()) && values.back() > before;
    if (error != std::errc{} || !rises || (stop != end && *stop != ',')) {
      throw UsageError(fmt::format(
          "--c '{}': rising numbers above 0 with commas were expected, such as 0.1,1,10", list));
    }
    if (stop == end) return values;
    at = stop + 1;
  }
}

/// The states of --on and --layer, as the model has them: GRU and RNN have the hidden state only.
template <class Real>
std::vector<StateOfLayer> states_of(const Arguments& arguments, const LanguageModel<Real>& model,
                                    std::span<const WordId> text) {
  std::vector<StateOfLayer> states;
  for (const char* kind : {"cell", "hidden"}) {
    if (std::find(arguments.on.begin(), arguments.on.end(), kind) == arguments.on.end()) continue;
    const auto more = parse_states(kind, arguments.layer, model.architecture().num_layers);
    states.insert(states.end(), more.begin(), more.end());
  }
  if (states.empty()) return states;
  return plan_state_gradients(model, text, {.states = states, .max_delay = 1}).states;
}

ProbeRequest request_of(const Arguments& arguments, const OpenedModel& opened,
                        const Session& session) {
  ProbeRequest request = arguments.request;
  request.text = arguments.text.empty() ? text::data_files(opened.config).valid
                                        : std::filesystem::path(arguments.text);
  request.output = arguments.output;
  request.embeddings =
      std::find(arguments.on.begin(), arguments.on.end(), "embedding") != arguments.on.end();
  request.delays = parse_delays("--delay", arguments.delays);
  request.loss_weights = parse_loss_weights(arguments.loss_weights);
  request.seed = session.seed_for(opened.config);
  return request;
}

void probe(const Session& session, const Arguments& arguments) {
  const text::ClassDefinitions definitions = class_definitions(arguments.classes);
  if (definitions.empty()) {
    throw UsageError(
        "a probe tells classes of words apart: give --tags or another of the options "
        "that define classes");
  }
  const OpenedModel opened = open_model(arguments.model, session);
  ProbeRequest request = request_of(arguments, opened, session);
  require_writable_folder(request.output, "for the results");
  const std::vector<WordId> text = read_text(opened, request.text, session);
  request.states = std::visit([&](const auto& model) { return states_of(arguments, model, text); },
                              opened.model);
  const text::TokenClasses classes =
      text::classify_tokens(definitions, {.ids = text,
                                          .vocabulary = &opened.vocabulary(),
                                          .rules = text::text_rules(opened.config, request.text),
                                          .file = request.text});
  const ProbeSubject subject{&opened, text, &classes};
  const auto team = session.make_team();
  if (arguments.forecast.dry_run) {
    print_forecast(session, {forecast_probes(subject, request, *team)});
    return;
  }
  const report::Json found = run_probes(subject, request, session, *team);
  if (found.is_null()) {
    throw UsageError(fmt::format(
        "nothing can be probed: of no group two classes have {} states or words each; lower "
        "--min-count, or take a longer text or other classes",
        request.fewest));
  }
  session.print(probe_summary(found));
  summarise(session,
            fmt::format("{} probes of {} classes", found.at("probe").size(), classes.names.size()),
            request.seed);
}

void add_options(CLI::App& command, Arguments& arguments) {
  command
      .add_option("--text", arguments.text,
                  "Text file (default: the validation file of the model's data)")
      ->type_name("FILE");
  command
      .add_option("--on", arguments.on,
                  "What is probed, with commas: embedding, cell, hidden; GRU and RNN have only the "
                  "hidden state")
      ->delimiter(',')
      ->check(CLI::IsMember({"embedding", "cell", "hidden"}))
      ->type_name("WHAT")
      ->capture_default_str();
  command.add_option("--layer", arguments.layer, "Layer of the states: one from 0, top or all")
      ->type_name("LAYER")
      ->capture_default_str();
  command
      .add_option("--delay", arguments.delays,
                  "Of states: tell the class of the word so many words before, such as 0,1,5")
      ->type_name("DELAYS")
      ->capture_default_str();
  command
      .add_option("--sample", arguments.request.sample,
                  "Positions of the text at which states are looked at, drawn at random, and most "
                  "words of a probe of embeddings")
      ->check(CLI::Range(1, 100'000'000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--blocks", arguments.request.blocks,
                  "Stretches of the text, or parts of the words, for tests and error bars")
      ->check(CLI::Range(analysis::kProbeFolds, 1000))
      ->type_name("K")
      ->capture_default_str();
  command
      .add_option("--min-count", arguments.request.fewest,
                  "Leave out classes with fewer states, or words")
      ->check(CLI::Range(1, 1'000'000'000))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--c", arguments.loss_weights,
                  "Weights of the loss against the penalty to choose from, rising, with commas, in "
                  "units of 1 / the mean variance of a component")
      ->type_name("VALUES")
      ->capture_default_str();
  command.add_option("-o,--output", arguments.output, "Folder for the results")
      ->required()
      ->type_name("DIR");
  command.add_flag("--overwrite", arguments.request.overwrite, "Replace the probes in the folder");
  add_class_options(command, arguments.classes);
  add_dry_run_option(command, arguments.forecast);
}

}  // namespace

void add_probe(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "probe", "How well classes of words can be read from embeddings and states, now or later");
  auto arguments = std::make_shared<Arguments>();
  add_model_options(*command, arguments->model);
  add_options(*command, *arguments);
  add_common_options(*command, session, true);
  command->footer(
      "L2 logistic regression, tested on stretches of the text (or words) that it has not seen,\n"
      "beside the share of the most frequent class and a control task: labels drawn for each word\n"
      "at random. Writes probe.json, probe.csv, confusion.csv, coordinates.csv and weights/.\n\n" +
      examples({
          "stategrad probe --model models/mine --tags words.tags -o probes",
          "stategrad probe --model models/mine --tags words.tags --on cell --delay 0,1,2,5,10 -o p",
          "stategrad probe --model models/mine --token-tags valid.conllu --on embedding -o p",
          "stategrad difference p/weights/tag/embedding/NN.npy p/weights/tag/embedding/NNS.npy "
          "-o d.npy",
      }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { probe(session, *arguments); };
  });
}

}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/atomic_file.h"
#include "base/memory.h"
#include "base/text_format.h"
#include "cli/commands/commands.h"
#include "cli/dry_run.h"
#include "cli/gradient_pass.h"
#include "cli/model_arguments.h"
#include "cli/summary.h"
#include "exchange/lstmvis_files.h"
#include "gradient/layer_stack.h"
#include "stategrad/errors.h"
#include "text/dataset.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  ModelArguments model;
  ForecastArguments forecast;
  std::string text;
  std::string state = "both";
  std::string layer = "all";
  std::string output;
  bool overwrite = false;
};

/// Words that a forecast reads.
constexpr std::size_t kTrialWords = 5000;

/// The states that were asked for. GRU and RNN have only the hidden one.
std::vector<StateOfLayer> states_of(const Arguments& arguments, const Architecture& shape) {
  const bool is_lstm = shape.cell == CellKind::kLstm;
  return parse_states(is_lstm ? arguments.state : "hidden", arguments.layer, shape.num_layers);
}

exchange::LstmVisProject project_of(const Arguments& arguments, const OpenedModel& opened,
                                    const fs::path& text) {
  const Architecture& shape = opened.description.architecture;
  fs::path folder = arguments.output;
  if (!folder.has_filename()) folder = folder.parent_path();
  return {folder.filename().string(),
          fmt::format("{} of {}, reading {}", to_string(shape.cell), opened.directory.string(),
                      text.filename().string()),
          states_of(arguments, shape), shape.size};
}

/// Reads words and gives the states after each to the files.
template <class Real>
void read_states(const LanguageModel<Real>& model, std::span<const WordId> words,
                 const exchange::LstmVisProject& project, exchange::LstmVisFiles& files,
                 const Session& session) {
  const auto team = session.make_team();
  auto progress = session.make_progress("states", "words", std::ssize(words));
  int layers = 0;
  for (const StateOfLayer& state : project.states) layers = std::max(layers, state.layer + 1);
  const auto use = [&](std::size_t first, std::size_t count,
                       const gradient::LayerStack<Real>& piece) {
    for (std::size_t step = 0; step < count; ++step) {
      for (std::size_t s = 0; s < project.states.size(); ++s) {
        files.append(s, piece.state_after(project.states[s], static_cast<int>(step)));
      }
    }
    if (progress) progress->update(static_cast<std::int64_t>(first + count));
    if (session.stop != nullptr && session.stop->load(std::memory_order_relaxed)) {
      throw Interrupted(
          fmt::format("interrupted after {} of {} words", first + count, words.size()));
    }
  };
  static_cast<void>(gradient::read_words<Real>(model, layers, words, *team, use));
}

void read_states(const OpenedModel& opened, std::span<const WordId> words,
                 const exchange::LstmVisProject& project, exchange::LstmVisFiles& files,
                 const Session& session) {
  std::visit([&](const auto& model) { read_states(model, words, project, files, session); },
             opened.model);
}

/// Reads the first words and writes nothing. Memory does not grow with the text.
StepForecast forecast(const OpenedModel& opened, std::span<const WordId> ids,
                      const exchange::LstmVisProject& project, const fs::path& folder,
                      Session session) {
  session.quiet = true;
  const auto trial = ids.first(std::min(ids.size(), kTrialWords));
  const auto start = std::chrono::steady_clock::now();
  exchange::LstmVisFiles files(folder, project, io::Hdf5Storage::kTrial);
  read_states(opened, trial, project, files, session);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  StepForecast step;
  step.step = "states";
  step.words = std::ssize(ids);
  step.seconds = seconds * static_cast<double>(ids.size()) / static_cast<double>(trial.size());
  step.memory = peak_memory();
  step.disk = exchange::lstmvis_bound(project, ids.size(), opened.vocabulary());
  step.disk_at_most = true;
  step.files = 4;
  return step;
}

void check_folder(const Arguments& arguments) {
  std::error_code ignored;
  const fs::path folder = arguments.output;
  if (fs::exists(folder, ignored) && !fs::is_directory(folder, ignored)) {
    throw UsageError(fmt::format("{}: is a file, a folder was expected", arguments.output));
  }
  if (!arguments.overwrite && fs::exists(folder / "lstm.yml", ignored)) {
    throw UsageError(fmt::format("{}: holds states already: give another folder, or --overwrite",
                                 arguments.output));
  }
}

void check_disk(const std::string& folder, std::uint64_t bytes) {
  const std::uintmax_t free = available_bytes(folder);
  if (bytes > free) {
    throw ResourceError(
        fmt::format("{}: the states have at most {}, the disk has {} free: choose a "
                    "state or a layer (--state, --layer), or a shorter text",
                    folder, format_bytes(bytes), format_bytes(free)));
  }
}

void write_states(const Session& session, const Arguments& arguments) {
  check_folder(arguments);
  const OpenedModel opened = open_model(arguments.model, session);
  const fs::path text =
      arguments.text.empty() ? text::data_files(opened.config).valid : fs::path(arguments.text);
  const exchange::LstmVisProject project = project_of(arguments, opened, text);
  const std::vector<WordId> ids = read_text(opened, text, session);
  check_disk(arguments.output, exchange::lstmvis_bound(project, ids.size(), opened.vocabulary()));
  const auto limit = memory_limit(arguments.forecast);
  if (arguments.forecast.dry_run || limit) {
    const StepForecast step = forecast(opened, ids, project, arguments.output, session);
    if (limit && step.memory > *limit) {
      throw ResourceError(
          fmt::format("--memory-limit {}: {} are needed: the model and the ids of "
                      "the text have most of it",
                      arguments.forecast.memory_limit, format_bytes(step.memory)));
    }
    if (arguments.forecast.dry_run) {
      print_forecast(session, {step});
      return;
    }
  }
  exchange::LstmVisFiles files(arguments.output, project, io::Hdf5Storage::kDisk);
  read_states(opened, ids, project, files, session);
  files.commit(ids, opened.vocabulary());
  summarise(session, fmt::format("{} states of {} words in {}", project.states.size(),
                                 format_count(std::ssize(ids)), arguments.output));
}

}  // namespace

void add_states(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "states", "Write the states after every word of a text, for LSTMVis and others");
  auto arguments = std::make_shared<Arguments>();
  add_model_options(*command, arguments->model);
  command
      ->add_option("--text", arguments->text,
                   "Text file (default: the validation file of the model's data)")
      ->type_name("FILE");
  command->add_option("-o,--output", arguments->output, "Project folder to make")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--state", arguments->state,
                   "cell, hidden or both; GRU and RNN have only the hidden state")
      ->check(CLI::IsMember({"cell", "hidden", "both"}))
      ->type_name("STATE")
      ->capture_default_str();
  command->add_option("--layer", arguments->layer, "A layer from 0, top or all")
      ->type_name("LAYER")
      ->capture_default_str();
  command->add_flag("--overwrite", arguments->overwrite, "Replace the states in the folder");
  add_dry_run_option(*command, arguments->forecast);
  add_memory_limit_option(*command, arguments->forecast,
                          "Refuse to begin if more memory would be needed (500MB, 2GB, 1.5GiB)");
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad states --model models/mine -o lstmvis/mine",
      "stategrad states --model models/mine --text book.txt --state hidden --layer top -o out",
      "stategrad states --model models/mine -o out --dry-run",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { write_states(session, *arguments); };
  });
}

}  // namespace stategrad::cli

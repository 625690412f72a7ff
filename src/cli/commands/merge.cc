// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "base/writable_folder.h"
#include "cli/analysis_results.h"
#include "cli/commands/commands.h"
#include "cli/evaluation_arguments.h"
#include "cli/reproduce.h"
#include "sinks/class_merge.h"
#include "sinks/statistics_file.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::vector<std::string> inputs;
  std::string output;
  bool overwrite = false;
  EvaluationArguments evaluation;
};

void merge(const Session& session, const Arguments& arguments) {
  std::vector<fs::path> files;
  for (const std::string& input : arguments.inputs) {
    const fs::path path = input;
    files.push_back(fs::is_directory(path) ? path / sinks::kStatisticsFileName : path);
  }
  const fs::path folder = arguments.output;
  require_writable_folder(folder, "for the results");
  const fs::path target = folder / sinks::kStatisticsFileName;
  if (!arguments.overwrite && fs::exists(target)) {
    throw DataError(target.string(), "", "exists already: give --overwrite to replace it");
  }
  const report::EvaluationChoices choices = evaluation_choices(arguments.evaluation);
  {
    const sinks::ClassStatisticsReader part(files.front());
    report::check(choices, part.head().classes.names, part.head().run.architecture,
                  part.head().vocabulary);
  }
  make_folders(folder);
  sinks::merge_class_statistics(files, false, nullptr, target);
  const sinks::ClassStatisticsReader merged(target);
  const sinks::RunDescription& run = merged.head().run;
  const std::int64_t positions =
      run.sources.empty() ? sinks::words_read(run) : std::ssize(run.sources);
  const auto team = session.make_team();
  merge_origins(files, folder, reproduce(session.seed.value_or(1), team->size()));
  write_analysis_results(folder, choices, session, *team);
  if (!run.sources.empty()) {
    session.note(fmt::format("{} of {} words are still to come from other shards",
                             sinks::words_read(run) - positions, sinks::words_read(run)));
  }
}

}  // namespace

void add_merge(CLI::App& program, Session& session) {
  CLI::App* command =
      program.add_subcommand("merge", "Put the results of several shards of one text together");
  auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("RESULTS", arguments->inputs,
                   "Folders that analyze --shard wrote, or their statistics.h5")
      ->required()
      ->type_name("DIR...");
  command->add_option("-o,--output", arguments->output, "Folder for the results")
      ->required()
      ->type_name("DIR");
  command->add_flag("--overwrite", arguments->overwrite, "Replace the results in the folder");
  add_evaluation_options(*command, arguments->evaluation);
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad merge part1 part2 -o results",
      "stategrad merge shards/*/statistics.h5 -o results --overwrite",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] { merge(session, *arguments); };
  });
}

}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <string>

#include "cli/analysis_results.h"
#include "cli/commands/commands.h"
#include "cli/evaluation_arguments.h"
#include "cli/summary.h"

namespace stategrad::cli {
namespace {

struct Arguments {
  std::string directory;
  EvaluationArguments evaluation;
};

}  // namespace

void add_report(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "report", "Write the results of an analysis again, from its statistics.h5");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("RESULTS", arguments->directory, "Folder that analyze or merge wrote")
      ->required()
      ->type_name("DIR");
  add_evaluation_options(*command, arguments->evaluation);
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad report results",
      "stategrad report results --difference NN-NNS --difference plural=plural.npy",
      "stategrad report results --whitening frequency --shrinkage 0.1 --subspace 10",
      "stategrad report results --compare results-gru",
      "stategrad report results --json | jq '.[] | select(.delay == 10)'",
  }));
  command->callback([&session, arguments] {
    session.job = [&session, arguments] {
      const auto team = session.make_team();
      write_analysis_results(arguments->directory, evaluation_choices(arguments->evaluation),
                             session, *team);
      summarise(session, "results written");
    };
  });
}

}  // namespace stategrad::cli

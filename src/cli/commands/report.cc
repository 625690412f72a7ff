// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <string>

#include "cli/analysis_results.h"
#include "cli/commands/commands.h"
#include "cli/summary.h"

namespace stategrad::cli {

void add_report(CLI::App& program, Session& session) {
  CLI::App* command = program.add_subcommand(
      "report", "Write the results of an analysis again, from its statistics.h5");
  auto directory = std::make_shared<std::string>();
  command->add_option("RESULTS", *directory, "Folder that analyze or merge wrote")
      ->required()
      ->type_name("DIR");
  add_common_options(*command, session, true);
  command->footer(examples({
      "stategrad report results",
      "stategrad report results --json | jq '.[] | select(.delay == 10)'",
  }));
  command->callback([&session, directory] {
    session.job = [&session, directory] {
      const auto team = session.make_team();
      write_analysis_results(*directory, session, *team);
      summarise(session, "results written");
    };
  });
}

}  // namespace stategrad::cli

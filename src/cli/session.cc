// SPDX-License-Identifier: MIT
#include "cli/session.h"

#include <CLI/CLI.hpp>
#include <ostream>

namespace stategrad::cli {

void Session::note(const std::string& line) const {
  if (!quiet) *err << line << '\n' << std::flush;
}

void Session::warn(const std::string& line) const {
  *err << "warning: " << line << '\n' << std::flush;
}

void add_common_options(CLI::App& command, Session& session, bool prints_table) {
  command.add_option("--threads", session.threads, "Threads to compute with; 0: one per core")
      ->check(CLI::Range(0, 4096))
      ->type_name("N");
  command.add_option("--seed", session.seed, "Seed of everything that is random (default 1)")
      ->type_name("N");
  command.add_flag("--quiet", session.quiet, "No progress and no notes on standard error");
  if (prints_table) command.add_flag("--json", session.json, "Print the results as JSON");
}

void add_config_options(CLI::App& command, ConfigArguments& arguments, bool required) {
  command.add_option("--config", arguments.file, "Configuration file")
      ->required(required)
      ->type_name("FILE");
  command
      .add_option("--set", arguments.overrides,
                  "Override a key of the configuration; repeatable, the last one wins; "
                  "'key=' removes the key")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

Config load(const ConfigArguments& arguments, const Session& session) {
  LoadedConfig loaded = load_config(arguments.file, arguments.overrides);
  for (const std::string& warning : loaded.warnings) session.warn(warning);
  return loaded.config;
}

std::string examples(const std::vector<std::string>& lines) {
  std::string text = "Examples:\n";
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text;
}

}  // namespace stategrad::cli

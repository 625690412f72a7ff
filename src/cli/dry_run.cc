// SPDX-License-Identifier: MIT
#include "cli/dry_run.h"

#include <CLI/CLI.hpp>

#include "base/text_format.h"

namespace stategrad::cli {

void add_dry_run_option(CLI::App& command, ForecastArguments& arguments) {
  command.add_flag("--dry-run", arguments.dry_run,
                   "Check everything, print how much time, memory and disk it will take, and write "
                   "nothing");
}

void add_memory_limit_option(CLI::App& command, ForecastArguments& arguments,
                             const std::string& help) {
  const auto is_size = [](const std::string& text) {
    return parse_bytes(text) ? std::string() : "'" + text + "': give a size such as 500MB or 2GB";
  };
  command.add_option("--memory-limit", arguments.memory_limit, help)
      ->check(CLI::Validator(is_size, ""))
      ->type_name("SIZE");
}

std::optional<std::uintmax_t> memory_limit(const ForecastArguments& arguments) {
  return parse_bytes(arguments.memory_limit);
}

void print_forecast(const Session& session, const std::vector<StepForecast>& steps) {
  if (session.json) {
    io::Table table(
        {"step", "words", "seconds", "memory_bytes", "disk_bytes", "disk_at_most", "files"});
    for (const StepForecast& step : steps) {
      table.add({step.step, step.words, step.seconds, static_cast<std::int64_t>(step.memory),
                 static_cast<std::int64_t>(step.disk), step.disk_at_most,
                 static_cast<std::int64_t>(step.files)});
    }
    session.print(table);
    return;
  }
  io::Table table({"step", "words", "time", "memory", "disk", "files"});
  for (const StepForecast& step : steps) {
    table.add({step.step, step.words, format_duration(step.seconds), format_bytes(step.memory),
               (step.disk_at_most ? "at most " : "") + format_bytes(step.disk),
               static_cast<std::int64_t>(step.files)});
  }
  session.print(table);
}

}  // namespace stategrad::cli

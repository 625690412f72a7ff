// SPDX-License-Identifier: MIT
#include "cli/session.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <limits>
#include <ostream>

namespace stategrad::cli {
namespace {

/// CLI11 would take -1 for the largest number.
std::string check_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seed);
  if (error == std::errc{} && rest == end) return {};
  return fmt::format("{}: must be an integer from 0 to {}", text,
                     std::numeric_limits<std::uint64_t>::max());
}

}  // namespace

std::uint64_t Session::seed_for(const Config& config) const {
  if (seed) return *seed;
  if (!config.random) return 1;
  return static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}

std::unique_ptr<Progress> Session::make_progress(const std::string& label, const std::string& unit,
                                                 std::int64_t total) const {
  if (quiet) return nullptr;
  return std::make_unique<Progress>(*err, err_is_terminal, label, unit, total);
}

void Session::print(const io::Table& table) const {
  *out << (json ? table.to_json() : table.to_text());
}

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
      ->check(check_seed)
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

LoadedConfig load(const ConfigArguments& arguments, const Session& session) {
  LoadedConfig loaded = load_config(arguments.file, arguments.overrides);
  for (const std::string& warning : loaded.warnings) session.warn(warning);
  return loaded;
}

std::string examples(const std::vector<std::string>& lines) {
  std::string text = "Examples:\n";
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text;
}

}  // namespace stategrad::cli

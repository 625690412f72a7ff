// SPDX-License-Identifier: MIT
//
// What every command has: the common options, the wish to stop, and the way to standard output.
#pragma once

#include <CLI/App.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "io/table.h"
#include "stategrad/config.h"
#include "stategrad/thread_team.h"

namespace stategrad::cli {

/// One command line's worth of choices that are the same for every command.
struct Session {
  int threads = 0;                    ///< 0: one per core
  std::optional<std::uint64_t> seed;  ///< none: the command's default, 1
  bool quiet = false;                 ///< no progress and no log on standard error
  bool json = false;                  ///< tables as JSON
  std::ostream* out = nullptr;        ///< standard output: results
  std::ostream* err = nullptr;        ///< standard error: progress, log, messages
  bool err_is_terminal = false;       ///< whether progress may rewrite its line
  const std::atomic<bool>* stop = nullptr;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  /// What the command line asks for; set by the callback of the command that was named.
  std::function<void()> job;

  [[nodiscard]] std::unique_ptr<ThreadTeam> make_team() const {
    return std::make_unique<ThreadTeam>(threads);
  }
  /// The seed to use: --seed, or 1, or one from the clock if the configuration says `random`.
  [[nodiscard]] std::uint64_t seed_for(const Config& config) const;
  /// A progress line on standard error; null when quiet.
  [[nodiscard]] std::unique_ptr<Progress> make_progress(const std::string& label,
                                                        const std::string& unit,
                                                        std::int64_t total) const;
  /// Writes a table to standard output, as --json says.
  void print(const io::Table& table) const;
  /// A line of information on standard error, unless quiet.
  void note(const std::string& line) const;
  /// A line that matters even when quiet.
  void warn(const std::string& line) const;
};

/// Adds --threads, --seed, --quiet and, if the command prints a table, --json.
void add_common_options(CLI::App& command, Session& session, bool prints_table);

/// --config and --set of a command.
struct ConfigArguments {
  std::string file;
  std::vector<std::string> overrides;
};

/// @param required whether --config must be given
void add_config_options(CLI::App& command, ConfigArguments& arguments, bool required);

/// Loads the configuration and passes its warnings on.
[[nodiscard]] LoadedConfig load(const ConfigArguments& arguments, const Session& session);

/// A footer of examples for --help, one per line.
[[nodiscard]] std::string examples(const std::vector<std::string>& lines);

}  // namespace stategrad::cli

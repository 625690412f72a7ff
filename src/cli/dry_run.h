// SPDX-License-Identifier: MIT
//
// What a command would take of time, memory and disk: --dry-run and --memory-limit.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/session.h"

namespace stategrad::cli {

struct ForecastArguments {
  bool dry_run = false;
  std::string memory_limit;  ///< as the user wrote it; empty: none
};

/// Adds --dry-run.
void add_dry_run_option(CLI::App& command, ForecastArguments& arguments);
/// Adds --memory-limit.
void add_memory_limit_option(CLI::App& command, ForecastArguments& arguments,
                             const std::string& help);

/// The bytes of --memory-limit, if it was given.
[[nodiscard]] std::optional<std::uintmax_t> memory_limit(const ForecastArguments& arguments);

/// One step of a command.
struct StepForecast {
  std::string step;
  std::int64_t words = 0;  ///< to read, those of all epochs
  double seconds = 0;
  std::uint64_t memory = 0;  ///< that the process holds at most, in bytes
  std::uint64_t disk = 0;    ///< written, in bytes
  std::uint64_t files = 0;
  bool disk_at_most = false;
};

/// A row per step: sizes and times as people read them, or as numbers with --json.
void print_forecast(const Session& session, const std::vector<StepForecast>& steps);

}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/App.hpp>
#include <memory>
#include <span>

#include "cli/session.h"

namespace stategrad::cli {

enum ExitCode : int { kDone = 0, kFailed = 1, kWrongUse = 2, kInterrupted = 130 };

/// The whole command line: the one table of options behind parsing, --help, shell completion and
/// man pages. The callback of a command sets session.job.
[[nodiscard]] std::unique_ptr<CLI::App> make_program(Session& session);

/// Parses the command line, does its job and says on session.err what went wrong, in one line.
/// @returns the program's exit code; no exception leaves it
[[nodiscard]] int run_program(std::span<const char* const> arguments, Session& session);

}  // namespace stategrad::cli

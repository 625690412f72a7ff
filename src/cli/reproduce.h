// SPDX-License-Identifier: MIT
//
// How to do again what this process does.
#pragma once

#include <span>
#include <string>

#include "cli/session.h"
#include "report/reproduce_results.h"

namespace stategrad::cli {

/// The arguments as a POSIX shell takes them, the first of them without its folder: what is not
/// plain stands in single quotes.
[[nodiscard]] std::string shell_command(std::span<const std::string> arguments);

[[nodiscard]] std::string compiler();

/// Kernel, processor and number of cores.
[[nodiscard]] std::string machine();

/// @param seed that was computed with
[[nodiscard]] report::Reproduce reproduce(const Session& session, std::uint64_t seed, int threads);

}  // namespace stategrad::cli

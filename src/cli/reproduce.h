// SPDX-License-Identifier: MIT
//
// How to do again what this process does.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "report/reproduce_results.h"

namespace stategrad::cli {

/// The arguments as a POSIX shell takes them, the first of them without its folder: what is not
/// plain stands in single quotes.
[[nodiscard]] std::string shell_command(std::span<const std::string> arguments);

/// The arguments of this process, its program first, as Linux keeps them; none where it does not.
[[nodiscard]] std::vector<std::string> own_arguments();

[[nodiscard]] std::string compiler();

/// Kernel, processor and number of cores.
[[nodiscard]] std::string machine();

/// The command line of this process, and what its results depend on.
/// @param seed that was computed with
[[nodiscard]] report::Reproduce reproduce(std::uint64_t seed, int threads);

}  // namespace stategrad::cli

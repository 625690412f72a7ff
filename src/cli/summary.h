// SPDX-License-Identifier: MIT
//
// The last line that a command says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/session.h"

namespace stategrad::cli {

/// Says on standard error, unless quiet, what a command came to: "3,761 words in 4 s, peak memory
/// 31.2 MB, seed 1". The time is that since the program began.
/// @param counts how much was done, and what was left out
/// @param seed that was computed with; none: the one of --seed, or its default
void summarise(const Session& session, const std::string& counts,
               std::optional<std::uint64_t> seed = std::nullopt);

}  // namespace stategrad::cli

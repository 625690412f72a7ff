// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

namespace stategrad::cli {

/// Reads --time-step: `7`, `0,5,49`, `0-9`, a mixture `0-4,49`, or `all` (an empty list).
/// @returns the steps, rising, each once
/// @throws UsageError naming the text and the part of it that cannot be read
[[nodiscard]] std::vector<int> parse_time_steps(std::string_view text);

}  // namespace stategrad::cli

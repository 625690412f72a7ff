// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>

namespace stategrad::report {

/// Delays that stand for all where all would be too many: in what is printed, and in comparisons,
/// whose corrected p grows with their number.
inline constexpr std::array kKeyDelays = {0, 1, 2, 5, 10, 20, 49};

[[nodiscard]] constexpr bool is_key_delay(int delay) {
  return std::find(kKeyDelays.begin(), kKeyDelays.end(), delay) != kKeyDelays.end();
}

}  // namespace stategrad::report

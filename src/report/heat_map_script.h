// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "report/chart.h"

namespace stategrad::report {

/// Height in cm at which cells are square.
[[nodiscard]] double heat_map_height(const HeatMap& map, const Page& page);

/// What draws a heat map, after the head of the script.
/// @throws UsageError if there is nothing to draw
[[nodiscard]] std::string heat_map_script(const HeatMap& map, const Page& page);

}  // namespace stategrad::report

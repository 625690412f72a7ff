// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "report/chart.h"

namespace stategrad::report {

/// What draws a chart, after the head of the script.
/// @throws UsageError if there is nothing to draw
[[nodiscard]] std::string chart_script(const Chart& chart);

/// Lines that the legend takes below the chart.
[[nodiscard]] std::size_t legend_rows(const Chart& chart);

}  // namespace stategrad::report

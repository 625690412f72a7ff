// SPDX-License-Identifier: MIT
//
// Pieces of gnuplot scripts that several kinds of drawings need.
#pragma once

#include <string>
#include <vector>

#include "report/chart.h"

namespace stategrad::report {

/// Longer names would leave no room for the drawing: their end is cut off.
constexpr std::size_t kLongestName = 26;
[[nodiscard]] std::string shortened(const std::string& name, std::size_t longest = kLongestName);

/// As gnuplot reads it; NaN for what is not finite.
[[nodiscard]] std::string number_in_script(double value);

/// The size of letters in the unit of the format.
[[nodiscard]] double font_size_in(PlotFormat format, double points);

/// Labels of an axis at 0, step, 2 · step, …
[[nodiscard]] std::string names_at_tics(const char* axis, const std::vector<std::string>& names,
                                        std::size_t longest = kLongestName, std::size_t step = 1);

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "report/result_part.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <type_traits>
#include <variant>

#include "analysis/comparison.h"

namespace stategrad::report {
namespace {

analysis::Interval interval_of(const analysis::Estimate& estimate, int blocks, Bounded bounded) {
  analysis::Interval interval = analysis::confidence_interval(estimate, blocks);
  // An infinite one says that nothing is known.
  if (bounded == Bounded::kShare && std::isfinite(interval.low)) {
    interval = {std::max(interval.low, 0.0), std::min(interval.high, 1.0)};
  }
  return interval;
}

}  // namespace

io::Cell cell_of(const std::optional<double>& value) {
  io::Cell cell;
  if (value && std::isfinite(*value)) cell = *value;
  return cell;
}

Json number_json(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Json(*value) : Json(nullptr);
}

Json cell_json(const io::Cell& cell) {
  return std::visit(
      [](const auto& content) {
        if constexpr (std::is_same_v<std::decay_t<decltype(content)>, std::monostate>) {
          return Json(nullptr);
        } else {
          return Json(content);
        }
      },
      cell);
}

double rounded(double value, int digits) {
  return std::strtod(fmt::format("{:.{}e}", value, digits - 1).c_str(), nullptr);
}

Json estimate_json(const analysis::Estimate& estimate, int blocks, Bounded bounded) {
  const analysis::Interval interval = interval_of(estimate, blocks, bounded);
  return {{"estimate", number_json(estimate.value)},
          {"error", number_json(estimate.error)},
          {"low", number_json(interval.low)},
          {"high", number_json(interval.high)}};
}

void append_estimate(const analysis::Estimate& estimate, int blocks, std::vector<io::Cell>& row,
                     Bounded bounded) {
  const analysis::Interval interval = interval_of(estimate, blocks, bounded);
  for (const double value : {estimate.value, interval.low, interval.high, estimate.error}) {
    row.push_back(cell_of(value));
  }
}

std::vector<io::Cell> state_cells(const StateOfLayer& state) {
  return {std::string(to_string(state.state)), std::int64_t{state.layer}};
}

Json state_json(const StateOfLayer& state) {
  return {{"state", std::string(to_string(state.state))}, {"layer", state.layer}};
}

}  // namespace stategrad::report

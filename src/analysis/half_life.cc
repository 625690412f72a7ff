// SPDX-License-Identifier: MIT
#include "analysis/half_life.h"

#include <algorithm>
#include <limits>

#include "analysis/decay.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

std::vector<double> curve_without(std::span<const LeaveOneOut> delays, std::size_t block) {
  std::vector<double> values;
  for (const LeaveOneOut& delay : delays) {
    values.push_back(delay.sizes[block] > 0 ? delay.without[block] : delay.all);
  }
  return values;
}

}  // namespace

std::optional<HalfLife> half_life(std::span<const LeaveOneOut> delays) {
  std::vector<double> values;
  for (const LeaveOneOut& delay : delays) {
    values.push_back(delay.all);
    if (delay.without.size() != delays.front().sizes.size() ||
        delay.sizes.size() != delays.front().sizes.size()) {
      throw UsageError("a half-life needs as many blocks at every delay");
    }
  }
  const Horizon whole = horizon(values);
  if (!whole.half) return {};
  const LeaveOneOut& start = delays[static_cast<std::size_t>(whole.from)];
  HalfLife found{.estimate = {*whole.half, std::numeric_limits<double>::infinity()},
                 .sizes = {start.sizes.begin(), start.sizes.end()}};
  bool reached = true;
  for (std::size_t block = 0; block < found.sizes.size(); ++block) {
    const auto half = horizon(curve_without(delays, block), whole.from).half;
    found.without.push_back(half.value_or(std::numeric_limits<double>::quiet_NaN()));
    if (found.sizes[block] > 0) {
      ++found.blocks;
      reached = reached && half.has_value();
    }
  }
  if (reached) found.estimate = jackknife(*whole.half, found.without, found.sizes);
  return found;
}

}  // namespace stategrad::analysis

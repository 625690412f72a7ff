// SPDX-License-Identifier: MIT
#include "analysis/unit_timescales.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

double timescale_of(double mean_log) {
  return mean_log == 0 ? std::numeric_limits<double>::infinity() : -1 / mean_log;
}

}  // namespace

std::vector<UnitTimescale> unit_timescales(std::span<const double> sums,
                                           std::span<const std::int64_t> counts) {
  const std::vector<double> sizes(counts.begin(), counts.end());
  const double words = std::accumulate(sizes.begin(), sizes.end(), 0.0);
  if (words <= 0 || sums.size() % sizes.size() != 0) {
    throw UsageError(fmt::format("{} sums of {} blocks with {} words make no timescales",
                                 sums.size(), sizes.size(), words));
  }
  const std::size_t units = sums.size() / sizes.size();
  std::vector<UnitTimescale> out(units);
  std::vector<double> of_unit(sizes.size());
  std::vector<double> without(sizes.size());
  for (std::size_t u = 0; u < units; ++u) {
    for (std::size_t k = 0; k < sizes.size(); ++k) of_unit[k] = sums[k * units + u];
    const double all = std::accumulate(of_unit.begin(), of_unit.end(), 0.0);
    for (std::size_t k = 0; k < sizes.size(); ++k) {
      without[k] = timescale_of((all - of_unit[k]) / (words - sizes[k]));
    }
    out[u].mean_log = jackknife_mean(of_unit, counts);
    out[u].timescale = jackknife(timescale_of(all / words), without, sizes);
    if (std::isnan(out[u].timescale.error)) {  // of differences between infinite timescales
      out[u].timescale.error = std::numeric_limits<double>::infinity();
    }
  }
  return out;
}

double quantile(std::vector<double> values, double share) {
  if (values.empty() || !(share >= 0 && share <= 1)) {
    throw UsageError(fmt::format("the share {} of {} values is no quantile", share, values.size()));
  }
  std::sort(values.begin(), values.end());
  const double place = share * static_cast<double>(values.size() - 1);
  const double below = std::floor(place);
  const double low = values[static_cast<std::size_t>(below)];
  const double high = values[static_cast<std::size_t>(std::ceil(place))];
  // Not by a difference of values that are both infinite.
  return low == high || place == below ? low : low + (place - below) * (high - low);
}

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
#include "analysis/jackknife.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace stategrad::analysis {

double Estimate::percent() const {
  if (error == 0) return 0;
  return value == 0 ? std::numeric_limits<double>::infinity() : 100 * error / std::abs(value);
}

Estimate jackknife(double all, std::span<const double> without, std::span<const double> sizes) {
  const double total = std::accumulate(sizes.begin(), sizes.end(), 0.0);
  const auto blocks = std::count_if(sizes.begin(), sizes.end(), [](double n) { return n > 0; });
  if (blocks < 2) return {all, std::numeric_limits<double>::infinity()};
  // θ_J - θ = Σ (1 - 1/h_b) (θ - θ_b), because Σ (1 - 1/h_b) = g - 1.
  double shift = 0;
  for (std::size_t b = 0; b < sizes.size(); ++b) {
    if (sizes[b] > 0) shift += (1 - sizes[b] / total) * (all - without[b]);
  }
  double variance = 0;
  for (std::size_t b = 0; b < sizes.size(); ++b) {
    if (sizes[b] <= 0) continue;
    const double others = total / sizes[b] - 1;
    const double deviation = others * (all - without[b]) - shift;
    variance += deviation * deviation / others;
  }
  return {all, std::sqrt(variance / static_cast<double>(blocks))};
}

std::vector<double> means_without(std::span<const double> sums,
                                  std::span<const std::int64_t> counts) {
  const double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
  const std::int64_t count = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  std::vector<double> without(counts.size());
  for (std::size_t b = 0; b < counts.size(); ++b) {
    without[b] = (sum - sums[b]) / static_cast<double>(count - counts[b]);
  }
  return without;
}

Estimate jackknife_mean(std::span<const double> sums, std::span<const std::int64_t> counts) {
  const std::vector<double> sizes(counts.begin(), counts.end());
  const double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
  const double size = std::accumulate(sizes.begin(), sizes.end(), 0.0);
  return jackknife(sum / size, means_without(sums, counts), sizes);
}

}  // namespace stategrad::analysis

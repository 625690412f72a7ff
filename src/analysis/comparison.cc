// SPDX-License-Identifier: MIT
#include "analysis/comparison.h"

#include <fmt/format.h>
#include <gsl/gsl_cdf.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/gsl.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Interval interval_of(const Estimate& estimate, int degrees, double confidence) {
  if (!(confidence > 0 && confidence < 1)) {
    throw UsageError(
        fmt::format("the confidence is {}: a number between 0 and 1 was expected", confidence));
  }
  if (degrees < 1 || !std::isfinite(estimate.error)) return {-kInfinity, kInfinity};
  never_abort_in_gsl();
  // The upper tail keeps the digits of a confidence near 1.
  const double reach = gsl_cdf_tdist_Qinv((1 - confidence) / 2, degrees) * estimate.error;
  return {estimate.value - reach, estimate.value + reach};
}

int blocks_with(std::span<const double> sizes) {
  return static_cast<int>(
      std::count_if(sizes.begin(), sizes.end(), [](double size) { return size > 0; }));
}

/// u_b of the header: (h_b - 1)(θ - θ_b) - (θ_J - θ) is τ_b - θ_J.
std::vector<double> contributions(const LeaveOneOut& of) {
  const double total = std::accumulate(of.sizes.begin(), of.sizes.end(), 0.0);
  double shift = 0;
  for (std::size_t b = 0; b < of.sizes.size(); ++b) {
    if (of.sizes[b] > 0) shift += (1 - of.sizes[b] / total) * (of.all - of.without[b]);
  }
  const double blocks = blocks_with(of.sizes);
  std::vector<double> all(of.sizes.size());
  for (std::size_t b = 0; b < of.sizes.size(); ++b) {
    if (of.sizes[b] <= 0) continue;
    const double others = total / of.sizes[b] - 1;
    all[b] = (others * (of.all - of.without[b]) - shift) / std::sqrt(blocks * others);
  }
  return all;
}

}  // namespace

Interval confidence_interval(const Estimate& estimate, int blocks, double confidence) {
  return interval_of(estimate, blocks - 1, confidence);
}

Difference compare_classes(const LeaveOneOut& a, const LeaveOneOut& b, double confidence) {
  const std::size_t blocks = a.sizes.size();
  if (b.sizes.size() != blocks || a.without.size() != blocks || b.without.size() != blocks) {
    throw UsageError(
        fmt::format("classes of {} and {} blocks, with {} and {} values, cannot be paired", blocks,
                    b.sizes.size(), a.without.size(), b.without.size()));
  }
  Difference difference{
      .estimate = {a.all - b.all, kInfinity},
      .degrees_of_freedom = std::max(0, std::min(blocks_with(a.sizes), blocks_with(b.sizes)) - 1)};
  if (difference.degrees_of_freedom > 0) {
    const auto of_a = contributions(a);
    const auto of_b = contributions(b);
    double variance = 0;
    for (std::size_t i = 0; i < blocks; ++i) variance += (of_a[i] - of_b[i]) * (of_a[i] - of_b[i]);
    difference.estimate.error = std::sqrt(variance);
  }
  difference.interval = interval_of(difference.estimate, difference.degrees_of_freedom, confidence);
  if (difference.degrees_of_freedom == 0 || difference.estimate.value == 0) return difference;
  difference.t = difference.estimate.value / difference.estimate.error;
  difference.p = 2 * gsl_cdf_tdist_Q(std::abs(difference.t), difference.degrees_of_freedom);
  return difference;
}

std::vector<double> correct_by_holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (const double value : p) {
    if (!(value >= 0 && value <= 1)) {
      throw UsageError(
          fmt::format("{} is no probability: a number from 0 to 1 was expected", value));
    }
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return p[i] < p[j]; });
  std::vector<double> corrected(p.size());
  double before = 0;
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    const double times = static_cast<double>(order.size() - rank);
    before = std::max(before, std::min(1.0, times * p[order[rank]]));
    corrected[order[rank]] = before;
  }
  return corrected;
}

}  // namespace stategrad::analysis

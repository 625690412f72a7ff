// SPDX-License-Identifier: MIT
#include "report/memory_results.h"

#include <algorithm>
#include <functional>

namespace stategrad::report {
namespace {

using analysis::Estimate;

analysis::LeaveOneOut leave_one_out(const analysis::MeanSpectrum& spectrum) {
  return {spectrum.cross.value, spectrum.cross_without, spectrum.sizes};
}

void compare_pair(const ClassResult& a, const ClassResult& b,
                  std::vector<ComparisonResult>& comparisons) {
  for (const DelayResult& first : a.delays) {
    const auto second =
        std::find_if(b.delays.begin(), b.delays.end(),
                     [&](const DelayResult& other) { return other.delay == first.delay; });
    if (second == b.delays.end() || first.raw.blocks < 2 || second->raw.blocks < 2) continue;
    comparisons.push_back({.group = a.group,
                           .first = a.name,
                           .second = b.name,
                           .delay = first.delay,
                           .difference = analysis::compare_classes(leave_one_out(first.raw),
                                                                   leave_one_out(second->raw))});
  }
}

}  // namespace

std::vector<MemoryResult> memory_of(const std::vector<DelayResult>& delays) {
  // Values at delays 0, 1, … without a gap.
  std::size_t number = 0;
  while (number < delays.size() && delays[number].delay == static_cast<int>(number)) ++number;
  std::vector<MemoryResult> results;
  if (number == 0) return results;
  const auto add = [&](const char* name, const std::function<Estimate(const DelayResult&)>& of) {
    std::vector<Estimate> estimates;
    std::vector<double> values;
    for (std::size_t d = 0; d < number; ++d) {
      estimates.push_back(of(delays[d]));
      values.push_back(estimates.back().value);
    }
    results.push_back({name, analysis::horizon(values), analysis::fit_decay(estimates)});
  };
  add("raw_leading", [](const DelayResult& delay) { return delay.raw.largest; });
  if (delays.front().normalised) {
    add("normalised_leading", [](const DelayResult& delay) { return delay.normalised->largest; });
  }
  add("mean_norm", [](const DelayResult& delay) { return delay.mean_norm; });
  return results;
}

std::vector<ComparisonResult> compare(const std::vector<ClassResult>& classes) {
  std::vector<ComparisonResult> comparisons;
  for (std::size_t a = 0; a < classes.size(); ++a) {
    for (std::size_t b = a + 1; b < classes.size(); ++b) {
      if (classes[a].group == classes[b].group) compare_pair(classes[a], classes[b], comparisons);
    }
  }
  std::vector<double> p;
  for (const ComparisonResult& comparison : comparisons) p.push_back(comparison.difference.p);
  const std::vector<double> corrected = analysis::correct_by_holm(p);
  for (std::size_t i = 0; i < p.size(); ++i) comparisons[i].corrected_p = corrected[i];
  return comparisons;
}

}  // namespace stategrad::report

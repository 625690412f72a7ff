// SPDX-License-Identifier: MIT
#include "report/comparison_results.h"

#include <algorithm>

#include "report/key_delays.h"

namespace stategrad::report {
namespace {

analysis::LeaveOneOut leave_one_out(const analysis::MeanSpectrum& spectrum) {
  return {spectrum.cross.value, spectrum.cross_without, spectrum.sizes};
}

void compare_pair(const ClassResult& a, const ClassResult& b,
                  std::vector<ComparisonResult>& comparisons) {
  for (const DelayResult& first : a.delays) {
    if (!is_key_delay(first.delay)) continue;
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

Json comparison_json(const ComparisonResult& comparison) {
  return {{"group", comparison.group},
          {"first", comparison.first},
          {"second", comparison.second},
          {"delay", comparison.delay},
          {"difference", number_json(comparison.difference.estimate.value)},
          {"error", number_json(comparison.difference.estimate.error)},
          {"low", number_json(comparison.difference.interval.low)},
          {"high", number_json(comparison.difference.interval.high)},
          {"p", number_json(comparison.difference.p)},
          {"corrected_p", number_json(comparison.corrected_p)}};
}

io::Table comparisons_table(const Results& results) {
  io::Table table({"state", "layer", "group", "first", "second", "delay", "difference", "low",
                   "high", "p", "corrected_p"});
  for (const StateResult& state : results.states) {
    for (const ComparisonResult& comparison : state.comparisons) {
      const analysis::Difference& difference = comparison.difference;
      table.add({std::string(to_string(state.state.state)), std::int64_t{state.state.layer},
                 comparison.group, comparison.first, comparison.second,
                 std::int64_t{comparison.delay}, cell_of(difference.estimate.value),
                 cell_of(difference.interval.low), cell_of(difference.interval.high),
                 cell_of(difference.p), cell_of(comparison.corrected_p)});
    }
  }
  return table;
}

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "report/comparison_results.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "report/key_delays.h"

namespace stategrad::report {
namespace {

/// What is compared of a class at one delay.
struct DelayMeasure {
  int delay = 0;
  int blocks = 0;  ///< that have something
  analysis::LeaveOneOut values;
};

DelayMeasure measure_of(const DelayResult& result) {
  const analysis::MeanSpectrum& spectrum = result.raw;
  return {result.delay,
          spectrum.blocks,
          {spectrum.cross.value, spectrum.cross_without, spectrum.sizes}};
}

DelayMeasure measure_of(const UsedDelay& result) {
  return {result.delay,
          result.blocks,
          {result.mean_norm.value, result.mean_norm_without, result.sizes}};
}

template <class OfClass>
void compare_pair(std::string_view measure, const OfClass& a, const OfClass& b,
                  std::vector<ComparisonResult>& comparisons) {
  for (const auto& of_first : a.delays) {
    if (!is_key_delay(of_first.delay)) continue;
    const auto of_second = std::find_if(b.delays.begin(), b.delays.end(), [&](const auto& other) {
      return other.delay == of_first.delay;
    });
    if (of_second == b.delays.end()) continue;
    const DelayMeasure first = measure_of(of_first);
    const DelayMeasure second = measure_of(*of_second);
    if (first.blocks < 2 || second.blocks < 2) continue;
    comparisons.push_back({.measure = std::string(measure),
                           .group = a.group,
                           .first = a.name,
                           .second = b.name,
                           .delay = first.delay,
                           .difference = analysis::compare_classes(first.values, second.values)});
  }
}

/// All pairs of classes of one group.
template <class OfClass, class Action>
void for_pairs(const std::vector<OfClass>& classes, Action action) {
  for (std::size_t a = 0; a < classes.size(); ++a) {
    for (std::size_t b = a + 1; b < classes.size(); ++b) {
      if (classes[a].group == classes[b].group) action(classes[a], classes[b]);
    }
  }
}

/// By their number.
void correct(std::vector<ComparisonResult>& comparisons) {
  std::vector<double> p;
  for (const ComparisonResult& comparison : comparisons) p.push_back(comparison.difference.p);
  const std::vector<double> corrected = analysis::correct_by_holm(p);
  for (std::size_t i = 0; i < p.size(); ++i) comparisons[i].corrected_p = corrected[i];
}

/// @param classes ClassResult or UsedResult
template <class OfClass>
std::vector<ComparisonResult> compare_by(std::string_view measure,
                                         const std::vector<OfClass>& classes) {
  std::vector<ComparisonResult> comparisons;
  for_pairs(classes,
            [&](const OfClass& a, const OfClass& b) { compare_pair(measure, a, b, comparisons); });
  correct(comparisons);
  return comparisons;
}

const analysis::HalfLife* half_life_of(const ClassResult& of_class) {
  for (const MemoryResult& memory : of_class.memory) {
    if (memory.half_life) return &*memory.half_life;
  }
  return nullptr;
}

analysis::LeaveOneOut values_of(const analysis::HalfLife& half) {
  return {half.estimate.value, half.without, half.sizes};
}

/// @param row the cells of state and layer
void add_row(std::vector<io::Cell> row, const ComparisonResult& comparison, io::Table& table) {
  const analysis::Difference& difference = comparison.difference;
  for (io::Cell& cell : std::vector<io::Cell>{
           comparison.group, comparison.first, comparison.second,
           comparison.delay ? io::Cell{std::int64_t{*comparison.delay}} : io::Cell{},
           comparison.measure, cell_of(difference.estimate.value), cell_of(difference.interval.low),
           cell_of(difference.interval.high), cell_of(difference.p),
           cell_of(comparison.corrected_p)}) {
    row.push_back(std::move(cell));
  }
  table.add(std::move(row));
}

}  // namespace

std::vector<ComparisonResult> compare(const std::vector<ClassResult>& classes) {
  return compare_by("raw_leading_cross_validated", classes);
}

std::vector<ComparisonResult> compare_half_lives(const std::vector<ClassResult>& classes) {
  std::vector<ComparisonResult> comparisons;
  for_pairs(classes, [&](const ClassResult& a, const ClassResult& b) {
    const analysis::HalfLife* first = half_life_of(a);
    const analysis::HalfLife* second = half_life_of(b);
    if (first == nullptr || second == nullptr || !std::isfinite(first->estimate.error) ||
        !std::isfinite(second->estimate.error)) {
      return;
    }
    comparisons.push_back(
        {.measure = "half_life",
         .group = a.group,
         .first = a.name,
         .second = b.name,
         .delay = {},
         .difference = analysis::compare_classes(values_of(*first), values_of(*second))});
  });
  correct(comparisons);
  return comparisons;
}

std::vector<ComparisonResult> compare_used(const std::vector<UsedResult>& classes) {
  return compare_by("used_mean_norm", classes);
}

Json comparison_json(const ComparisonResult& comparison) {
  return {{"group", comparison.group},
          {"first", comparison.first},
          {"second", comparison.second},
          {"delay", comparison.delay ? Json(*comparison.delay) : Json(nullptr)},
          {"measure", comparison.measure},
          {"difference", number_json(comparison.difference.estimate.value)},
          {"error", number_json(comparison.difference.estimate.error)},
          {"low", number_json(comparison.difference.interval.low)},
          {"high", number_json(comparison.difference.interval.high)},
          {"p", number_json(comparison.difference.p)},
          {"corrected_p", number_json(comparison.corrected_p)}};
}

io::Table comparisons_table(const Results& results) {
  io::Table table({"state", "layer", "group", "first", "second", "delay", "measure", "difference",
                   "low", "high", "p", "corrected_p"});
  for (const StateResult& state : results.states) {
    for (const auto* list : {&state.comparisons, &state.half_life_comparisons}) {
      for (const ComparisonResult& comparison : *list) {
        add_row(state_cells(state.state), comparison, table);
      }
    }
  }
  for (const ComparisonResult& comparison : results.used_comparisons) {
    add_row({io::Cell{}, io::Cell{}}, comparison, table);
  }
  return table;
}

ResultPart used_comparisons_part(const Results& results) {
  if (results.used.empty()) return {"used_comparisons", nullptr};
  Json comparisons = Json::array();
  for (const ComparisonResult& comparison : results.used_comparisons) {
    comparisons.push_back(comparison_json(comparison));
  }
  return {"used_comparisons", std::move(comparisons)};
}

}  // namespace stategrad::report

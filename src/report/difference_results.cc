// SPDX-License-Identifier: MIT
#include "report/difference_results.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stategrad::report {
namespace {

/// The measure of a difference at a delay; none where it was not computed.
const analysis::DirectionMeasure* measure_of(const DelayResult& delay, std::size_t difference) {
  for (const DirectionResult& direction : delay.directions) {
    if (direction.difference == difference) return &direction.measure;
  }
  return nullptr;
}

Json delays_json(const ClassResult& of_class, std::size_t difference, int k) {
  Json delays = Json::array();
  for (const DelayResult& delay : of_class.delays) {
    const analysis::DirectionMeasure* measure = measure_of(delay, difference);
    if (measure == nullptr) continue;
    delays.push_back(
        {{"delay", delay.delay},
         {"count", delay.count},
         {"relative_memory", estimate_json(measure->relative_memory, delay.raw.blocks)},
         {"cosine", estimate_json(measure->cosine, delay.raw.blocks)},
         {"k", k},
         {"chance",
          {{"relative_memory", number_json(measure->chance_relative_memory)},
           {"cosine", number_json(measure->chance_cosine)}}}});
  }
  return delays;
}

Json difference_json(const DifferenceVector& difference, const StateResult& state,
                     const ClassResult& of_class) {
  Json json = {{"name", difference.name}};
  if (difference.file.empty()) {
    json["first"] = difference.first;
    json["second"] = difference.second;
  } else {
    json["file"] = difference.file;
  }
  json.update(state_json(state.state));
  json["class"] = of_class.name;
  return json;
}

void add_rows(const DifferenceVector& difference, const StateResult& state,
              std::vector<io::Cell> rest, const analysis::DirectionMeasure& measure,
              std::pair<int, io::Table*> to) {
  const auto add = [&](const char* name, const analysis::Estimate& estimate, double chance) {
    std::vector<io::Cell> row = {difference.name};
    for (io::Cell& cell : state_cells(state.state)) row.push_back(std::move(cell));
    row.insert(row.end(), rest.begin(), rest.end());
    row.emplace_back(std::string(name));
    append_estimate(estimate, to.first, row);
    row.push_back(cell_of(chance));
    to.second->add(std::move(row));
  };
  add("relative_memory", measure.relative_memory, measure.chance_relative_memory);
  add("cosine", measure.cosine, measure.chance_cosine);
}

}  // namespace

ResultPart differences_part(const Results& results) {
  ResultPart part{"differences", nullptr, {{"differences.csv", std::nullopt}}};
  if (results.differences.empty()) return part;
  part.json = Json::array();
  io::Table table({"difference", "state", "layer", "class", "delay", "count", "k", "measure",
                   "estimate", "low", "high", "error", "chance"});
  for (std::size_t i = 0; i < results.differences.size(); ++i) {
    const DifferenceVector& difference = results.differences[i];
    for (const StateResult& state : results.states) {
      for (const ClassResult& of_class : state.classes) {
        Json delays = delays_json(of_class, i, results.subspace);
        if (delays.empty()) continue;
        part.json.push_back(difference_json(difference, state, of_class));
        part.json.back()["delays"] = std::move(delays);
        for (const DelayResult& delay : of_class.delays) {
          const analysis::DirectionMeasure* measure = measure_of(delay, i);
          if (measure == nullptr) continue;
          add_rows(difference, state,
                   {of_class.name, std::int64_t{delay.delay}, delay.count,
                    std::int64_t{results.subspace}},
                   *measure, {delay.raw.blocks, &table});
        }
      }
    }
  }
  part.files.front().table = std::move(table);
  return part;
}

}  // namespace stategrad::report

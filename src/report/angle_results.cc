// SPDX-License-Identifier: MIT
#include "report/angle_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

/// A remembered subspace and what it is of.
struct Remembered {
  SubspacePlace place;
  const analysis::BlockSubspaces* subspaces = nullptr;
};

std::vector<Remembered> remembered_by(const ClassResult& of_class) {
  std::vector<Remembered> found;
  for (const DelayResult& delay : of_class.delays) {
    if (delay.subspaces) found.push_back({{of_class.name, delay.delay}, &*delay.subspaces});
  }
  return found;
}

void compare_pair(const char* kind, const std::pair<Remembered, Remembered>& pair, int k,
                  std::vector<AngleResult>& angles) {
  try {
    angles.push_back(
        {kind,
         pair.first.place,
         pair.second.place,
         "",
         {},
         analysis::compare_subspaces(*pair.first.subspaces, *pair.second.subspaces, k)});
  } catch (const NumericalError&) {
    // One of them remembers fewer than k directions.
  }
}

Json place_json(const SubspacePlace& place) {
  return {{"class", place.class_name}, {"delay", place.delay}};
}

Json angle_json(const AngleResult& angle, const StateOfLayer& state) {
  Json json = {{"kind", angle.kind}};
  json.update(state_json(state));
  json["first"] = place_json(angle.first);
  json["second"] = place_json(angle.second);
  if (!angle.other.empty()) {
    json["second"]["results"] = angle.other;
    json["second"].update(state_json(angle.other_state));
  }
  json["k"] = angle.comparison.degrees.size();
  json["degrees"] = angle.comparison.degrees;
  json["mean_cosine"] = number_json(angle.comparison.mean_cosine);
  json["overlap"] = estimate_json(angle.comparison.overlap, angle.comparison.blocks);
  json["chance"] = number_json(angle.comparison.chance);
  return json;
}

std::vector<io::Cell> angle_row(const AngleResult& angle, const StateOfLayer& state) {
  std::vector<io::Cell> row = {angle.kind};
  for (io::Cell& cell : state_cells(state)) row.push_back(std::move(cell));
  for (const SubspacePlace& place : {angle.first, angle.second}) {
    row.emplace_back(place.class_name);
    row.emplace_back(std::int64_t{place.delay});
  }
  row.emplace_back(angle.other);
  row.emplace_back(angle.other.empty() ? "" : std::string(to_string(angle.other_state.state)));
  row.emplace_back(std::ssize(angle.comparison.degrees));
  append_estimate(angle.comparison.overlap, angle.comparison.blocks, row);
  row.push_back(cell_of(angle.comparison.chance));
  row.push_back(cell_of(angle.comparison.mean_cosine));
  row.emplace_back(fmt::format("{:.6g}", fmt::join(angle.comparison.degrees, " ")));
  return row;
}

}  // namespace

std::vector<AngleResult> angles_of(const std::vector<ClassResult>& classes, int k) {
  std::vector<AngleResult> angles;
  if (classes.empty()) return angles;
  const std::vector<Remembered> all = remembered_by(classes.front());
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      compare_pair("delays", {all[i], all[j]}, k, angles);
    }
  }
  for (std::size_t a = 0; a < classes.size(); ++a) {
    for (std::size_t b = a + 1; b < classes.size(); ++b) {
      if (classes[a].group != classes[b].group) continue;
      const std::vector<Remembered> others = remembered_by(classes[b]);
      for (const Remembered& first : remembered_by(classes[a])) {
        const auto second = std::find_if(
            others.begin(), others.end(),
            [&](const Remembered& other) { return other.place.delay == first.place.delay; });
        if (second != others.end()) compare_pair("classes", {first, *second}, k, angles);
      }
    }
  }
  return angles;
}

ResultPart angles_part(const Results& results) {
  ResultPart part{"angles", nullptr, {{"angles.csv", std::nullopt}}};
  if (!results.whitening_failure.empty()) return part;
  part.json = Json::array();
  io::Table table({"kind", "state", "layer", "first_class", "first_delay", "second_class",
                   "second_delay", "second_results", "second_state", "k", "overlap", "low", "high",
                   "error", "chance", "mean_cosine", "degrees"});
  for (const StateResult& state : results.states) {
    for (const AngleResult& angle : state.angles) {
      part.json.push_back(angle_json(angle, state.state));
      table.add(angle_row(angle, state.state));
    }
  }
  part.files.front().table = std::move(table);
  return part;
}

}  // namespace stategrad::report

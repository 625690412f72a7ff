// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <set>

#include "report/figure_drawers.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using nlohmann::json;

std::string class_of(const json& angle, const char* place) {
  return angle.at(place).at("class").get<std::string>();
}

std::vector<const json*> of_kind(const Sketch& sketch, const char* kind) {
  std::vector<const json*> found;
  for (const json* angle : sketch.of_state(sketch.part)) {
    if (angle->at("kind") == kind) found.push_back(angle);
  }
  return found;
}

/// A curve for each name, over the delay of the second place.
std::vector<ChartSeries> overlaps(const std::vector<const json*>& angles,
                                  const std::function<std::string(const json&)>& name_of) {
  std::vector<ChartSeries> curves;
  for (const json* angle : angles) {
    const std::string name = name_of(*angle);
    auto curve = std::find_if(curves.begin(), curves.end(),
                              [&](const ChartSeries& one) { return one.name == name; });
    if (curve == curves.end()) {
      curves.push_back({.name = name, .look = curves.size()});
      curve = curves.end() - 1;
    }
    curve->points.push_back(
        estimated_point(angle->at("second").at("delay").get<double>(), angle->at("overlap")));
  }
  return curves;
}

/// Those of the classes that are left to name, or else the first ones.
std::vector<ChartSeries> chosen_of(const Sketch& sketch, const FigureRequest& request,
                                   const std::vector<ChartSeries>& curves) {
  std::vector<std::string> names;
  for (const ChartSeries& curve : curves) names.push_back(curve.name);
  std::vector<ChartSeries> chosen;
  for (const std::size_t place : Sketch{sketch.part, request, sketch.notes}.chosen(names)) {
    chosen.push_back(curves[place]);
  }
  return chosen;
}

[[noreturn]] void refuse(const std::string& choice, const std::set<std::string>& known,
                         const char* made) {
  throw UsageError(fmt::format("{}: the results have no such directions in common, {}", choice,
                               known.empty() ? fmt::format("and none of this kind: {}", made)
                                             : fmt::format("there is {}", fmt::join(known, ", "))));
}

/// Of the first class that was named with the others that were named.
std::vector<const json*> with_class(const Sketch& sketch, const std::string& one) {
  std::vector<const json*> angles = of_kind(sketch, "classes");
  std::set<std::string> known;
  for (const json* angle : angles) {
    known.insert({class_of(*angle, "first"), class_of(*angle, "second")});
  }
  if (!known.contains(one)) {
    refuse(fmt::format("--class '{}'", one), known, "'stategrad analyze' makes it of classes");
  }
  std::erase_if(angles, [&](const json* angle) {
    return class_of(*angle, "first") != one && class_of(*angle, "second") != one;
  });
  return angles;
}

std::vector<const json*> with_model(const Sketch& sketch, const std::string& results) {
  std::vector<const json*> angles = of_kind(sketch, "models");
  std::set<std::string> known;
  const auto other = [](const json& angle) {
    return angle.at("second").at("results").get<std::string>();
  };
  for (const json* angle : angles) known.insert(other(*angle));
  if (!known.contains(results)) {
    refuse(fmt::format("--compare '{}'", results), known, "'stategrad analyze --compare' makes it");
  }
  std::erase_if(angles, [&](const json* angle) { return other(*angle) != results; });
  return angles;
}

}  // namespace

Drawing draw_angles(const Sketch& sketch) {
  FigureRequest request = sketch.request;
  Chart chart{.x_label = "delay (words)", .y_label = ""};
  std::vector<const json*> angles;
  if (request.compare) {
    angles = with_model(sketch, *request.compare);
    chart.series =
        chosen_of(sketch, request,
                  overlaps(angles, [](const json& angle) { return class_of(angle, "first"); }));
  } else if (!request.classes.empty()) {
    const std::string one = request.classes.front();
    request.classes.erase(request.classes.begin());
    angles = with_class(sketch, one);
    chart.series =
        chosen_of(sketch, request, overlaps(angles, [&](const json& angle) {
                    return class_of(angle, class_of(angle, "first") == one ? "second" : "first");
                  }));
    chart.y_label = ", with " + one;
  } else {
    angles = of_kind(sketch, "delays");
    chart.series = overlaps(angles, [](const json& angle) {
      return fmt::format("with delay {}", angle.at("first").at("delay").get<int>());
    });
  }
  if (angles.empty()) throw UsageError("there is nothing to draw: no overlap between delays");
  chart.y_label = fmt::format("overlap of the {} best kept directions{}",
                              angles.front()->at("k").get<int>(), chart.y_label);
  const double chance = number_at(*angles.front(), "chance");
  chart.series.push_back(level_across(chart, chance, "random directions"));
  return chart;
}

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/figure_drawers.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using nlohmann::json;

/// What fits a page.
constexpr std::size_t kMostRows = 40;

/// Of one class; null if the measure has no half-life.
const json* memory_of(const json& one, const std::string& measure) {
  std::vector<std::string> measures;
  for (const json& entry : one.at("memory")) {
    if (entry.at("measure") == measure) return &entry;
    measures.push_back(entry.at("measure").get<std::string>());
  }
  if (measures.empty()) return nullptr;
  throw UsageError(fmt::format("--measure '{}': has no half-life, there is {}", measure,
                               fmt::join(measures, ", ")));
}

/// "cell of layer 0 at delay 5"
std::string place_of(const json& probe) {
  const std::string on = probe.at("on").get<std::string>();
  if (probe.at("layer").is_null()) return on;
  return fmt::format("{} of layer {} at delay {}", on, probe.at("layer").get<int>(),
                     probe.at("delay").get<int>());
}

bool is_asked_for(const json& probe, const FigureRequest& request) {
  return (!request.state || probe.at("on") == *request.state) &&
         (!request.layer || probe.at("layer") == *request.layer) &&
         (!request.delay || probe.at("delay") == *request.delay) &&
         (!request.group || probe.at("group") == *request.group);
}

/// The first probe that is as asked for.
const json& probe_of(const Sketch& sketch) {
  const json* chosen = nullptr;
  std::vector<std::string> places;
  for (const json& probe : sketch.part) {
    const std::string place =
        fmt::format("{} ({})", place_of(probe), probe.at("group").get<std::string>());
    places.push_back(place);
    if (chosen == nullptr && is_asked_for(probe, sketch.request)) chosen = &probe;
  }
  if (chosen == nullptr) {
    throw UsageError(fmt::format("--state, --layer, --delay, --group: no such probe, there is {}",
                                 fmt::join(places, ", ")));
  }
  if (places.size() > 1) {
    sketch.notes.push_back(
        fmt::format("drawn for the probe of the {}, classes of {}: choose with "
                    "--state, --layer, --delay and --group",
                    place_of(*chosen), chosen->at("group").get<std::string>()));
  }
  return *chosen;
}

}  // namespace

Drawing draw_memory(const Sketch& sketch) {
  const std::string measure = sketch.request.measure.value_or("raw_leading_cross_validated");
  Chart chart{.x_label = "delay (words)", .y_label = ""};
  const std::array<std::pair<const char*, const char*>, 3> kinds{
      {{"half", "to 1/2"}, {"tenth", "to 1/10"}, {"hundredth", "to 1 %"}}};
  for (const auto& [key, name] : kinds) {
    chart.series.push_back({.name = name, .style = ChartStyle::kBars, .look = chart.series.size()});
  }
  const json& classes = sketch.classes();
  const std::vector<std::string> names = names_of(classes, "name");
  for (const std::size_t place : sketch.chosen(names, kMostRows)) {
    const double row = static_cast<double>(chart.rows.size());
    chart.rows.push_back(names[place]);
    const json* memory = memory_of(classes[place], measure);
    if (memory == nullptr) continue;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      chart.series[i].points.push_back(bare_point(number_at(*memory, kinds[i].first), row));
    }
  }
  return chart;
}

Drawing draw_timescales(const Sketch& sketch) {
  Chart chart{
      .x_label = "units, the most forgetful first", .y_label = "timescale (words)", .log_y = true};
  std::vector<int> layers;
  for (const json& layer : sketch.part) {
    layers.push_back(layer.at("layer").get<int>());
    if (sketch.request.layer && layers.back() != *sketch.request.layer) continue;
    ChartSeries series{.name = fmt::format("layer {}", layers.back()),
                       .style = ChartStyle::kBars,
                       .look = chart.series.size()};
    for (const json& unit : layer.at("units")) {
      const ChartPoint point = estimated_point(0, unit.at("timescale"));
      // One that never forgets is above all of them.
      if (std::isfinite(point.y)) series.points.push_back(point);
    }
    std::stable_sort(series.points.begin(), series.points.end(),
                     [](const ChartPoint& a, const ChartPoint& b) { return a.y < b.y; });
    double rank = 0;
    for (ChartPoint& point : series.points) point.x = ++rank;
    chart.series.push_back(std::move(series));
  }
  if (chart.series.empty()) {
    throw UsageError(fmt::format("--layer {}: no such layer among the timescales, there is {}",
                                 sketch.request.layer.value_or(0), fmt::join(layers, ", ")));
  }
  return chart;
}

Drawing draw_confusion(const Sketch& sketch) {
  const json& probe = probe_of(sketch);
  HeatMap map{.x_label = "class that the probe found",
              .y_label = "true class",
              .value_label = "vectors",
              .counts = true};
  map.names = probe.at("classes").get<std::vector<std::string>>();
  map.values = probe.at("confusion").get<std::vector<std::vector<double>>>();
  map.values.resize(map.names.size());
  for (auto& row : map.values) row.resize(map.names.size(), std::nan(""));
  return map;
}

Drawing draw_training(const Sketch& sketch) {
  Chart chart{.x_label = "epoch", .y_label = "perplexity", .log_y = true};
  constexpr std::size_t kDashedOrange = kLooks + 4;
  for (const auto& [key, name, look] :
       {std::tuple{"train_perplexity", "training text", kDashedOrange},
        std::tuple{"valid_perplexity", "validation text", std::size_t{0}}}) {
    ChartSeries series{.name = name, .look = look};
    for (const json& epoch : sketch.part.at("epochs")) {
      series.points.push_back(bare_point(epoch.at("epoch").get<double>(), number_at(epoch, key)));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace stategrad::report

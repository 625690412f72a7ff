// SPDX-License-Identifier: MIT
#include "report/figure_parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/text_format.h"
#include "stategrad/errors.h"

namespace stategrad::report {

using nlohmann::json;

namespace {

std::string state_name(const json& entry) {
  return fmt::format("{} of layer {}", entry.at("state").get<std::string>(),
                     entry.at("layer").get<int>());
}

bool is_of(const json& entry, const FigureRequest& request) {
  return (!request.state || entry.at("state") == *request.state) &&
         (!request.layer || entry.at("layer") == *request.layer);
}

bool is_estimate(const json& value) { return value.is_object() && value.contains("estimate"); }

std::vector<std::string> measures_in(const json& delays) {
  std::vector<std::string> measures;
  if (delays.empty()) return measures;
  for (const auto& [key, value] : delays.front().items()) {
    if (is_estimate(value)) measures.push_back(key);
  }
  return measures;
}

}  // namespace

std::vector<const json*> Sketch::of_state(const json& array) const {
  std::vector<std::string> names;
  const json* first = nullptr;
  for (const json& entry : array) {
    const std::string name = state_name(entry);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    if (first == nullptr && is_of(entry, request)) first = &entry;
  }
  if (first == nullptr) {
    throw UsageError(
        fmt::format("--state, --layer: no such state in this part of the results, there is {}",
                    fmt::join(names, ", ")));
  }
  if (names.size() > 1 && (!request.state || !request.layer)) {
    notes.push_back(
        fmt::format("drawn for the {} (there is {})", state_name(*first), fmt::join(names, ", ")));
  }
  std::vector<const json*> entries;
  for (const json& entry : array) {
    if (state_name(entry) == state_name(*first)) entries.push_back(&entry);
  }
  return entries;
}

const json& Sketch::classes() const {
  const json& found = of_state(part).front()->at("classes");
  if (found.empty()) throw UsageError("this part of the results has no classes");
  return found;
}

std::vector<std::size_t> Sketch::chosen(const std::vector<std::string>& names,
                                        std::size_t most) const {
  std::vector<std::size_t> places;
  for (const std::string& name : request.classes) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      throw UsageError(fmt::format("--class '{}': no such class in this figure, there is {}{}",
                                   name, fmt::join(names, ", "), did_you_mean(name, names)));
    }
    places.push_back(static_cast<std::size_t>(found - names.begin()));
  }
  if (!places.empty()) return places;
  places.resize(std::min(names.size(), most));
  std::iota(places.begin(), places.end(), 0);
  if (places.size() < names.size()) {
    notes.push_back(fmt::format("drawn for the first {} of {} classes: choose with --class",
                                places.size(), names.size()));
  }
  return places;
}

const json& part_of(const json& summary, const FigureKind& kind) {
  const auto found = summary.find(kind.needs);
  if (found == summary.end() || found->empty()) {
    throw UsageError(
        fmt::format("--figure {}: the results have no '{}': {}", kind.name, kind.needs, kind.made));
  }
  return *found;
}

std::vector<std::string> names_of(const json& array, const char* key) {
  std::vector<std::string> names;
  for (const json& entry : array) names.push_back(entry.at(key).get<std::string>());
  return names;
}

std::vector<std::string> names_of(const std::vector<const json*>& array, const char* key) {
  std::vector<std::string> names;
  for (const json* entry : array) names.push_back(entry->at(key).get<std::string>());
  return names;
}

double number_at(const json& object, const std::string& key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::numeric_limits<double>::quiet_NaN();
  return found->get<double>();
}

ChartPoint bare_point(double x, double y) { return {x, y, std::nan(""), std::nan("")}; }

ChartPoint estimated_point(double x, const json& estimate) {
  return {x, number_at(estimate, "estimate"), number_at(estimate, "low"),
          number_at(estimate, "high")};
}

ChartSeries curve_of(const json& delays, const std::string& measure, std::string name,
                     std::size_t look) {
  ChartSeries series{.name = std::move(name), .look = look};
  for (const json& delay : delays) {
    const auto found = delay.find(measure);
    if (found == delay.end() || !is_estimate(*found)) continue;
    series.points.push_back(estimated_point(delay.at("delay").get<double>(), *found));
  }
  if (series.points.empty() && !delays.empty()) {
    throw UsageError(fmt::format("--measure '{}': not in this part of the results, there is {}",
                                 measure, fmt::join(measures_in(delays), ", ")));
  }
  return series;
}

ChartSeries level_across(const Chart& chart, double level, std::string name) {
  ChartSeries across{.name = std::move(name), .style = ChartStyle::kLevel};
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      across.points.push_back(bare_point(point.x, level));
    }
  }
  std::sort(across.points.begin(), across.points.end(),
            [](const ChartPoint& a, const ChartPoint& b) { return a.x < b.x; });
  return across;
}

std::size_t look_of_class(std::size_t place) {
  constexpr std::size_t kGrey = kLooks - 1;
  return place == 0 ? kGrey : place - 1 + (place - 1) / kGrey;
}

std::string in_words(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

}  // namespace stategrad::report

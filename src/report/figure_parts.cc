// SPDX-License-Identifier: MIT
#include "report/figure_parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

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

}  // namespace

const json& part_of(const json& summary, const FigureKind& kind) {
  const auto found = summary.find(kind.needs);
  if (found == summary.end() || found->empty()) {
    throw UsageError(
        fmt::format("--figure {}: the results have no '{}': {}", kind.name, kind.needs, kind.made));
  }
  return *found;
}

std::vector<const json*> entries_of_state(const json& array, const FigureRequest& request,
                                          std::vector<std::string>& notes) {
  std::vector<std::string> names;
  const json* first = nullptr;
  for (const json& entry : array) {
    const std::string name = state_name(entry);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    if (first == nullptr && is_of(entry, request)) first = &entry;
  }
  if (first == nullptr) {
    throw UsageError(
        fmt::format("--state, --layer: no such state in this part of the results, "
                    "there is {}",
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

std::vector<const json*> chosen_classes(const json& classes, const char* key,
                                        const FigureRequest& request,
                                        std::vector<std::string>& notes) {
  std::vector<const json*> chosen;
  std::vector<std::string> names;
  for (const json& one : classes) names.push_back(one.at(key).get<std::string>());
  if (names.empty()) throw UsageError("this part of the results has no classes");
  if (request.classes.empty()) {
    for (const json& one : classes) {
      if (chosen.size() < kMostClasses) chosen.push_back(&one);
    }
    if (chosen.size() < names.size()) {
      notes.push_back(fmt::format("drawn for the first {} of {} classes: choose with --class",
                                  chosen.size(), names.size()));
    }
    return chosen;
  }
  for (const std::string& name : request.classes) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      throw UsageError(fmt::format("--class '{}': no such class in this part of the results{}",
                                   name, did_you_mean(name, names)));
    }
    chosen.push_back(&classes[static_cast<std::size_t>(found - names.begin())]);
  }
  return chosen;
}

double number_at(const json& object, const std::string& key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::numeric_limits<double>::quiet_NaN();
  return found->get<double>();
}

std::vector<std::string> measures_in(const json& delays) {
  std::vector<std::string> measures;
  if (delays.empty()) return measures;
  for (const auto& [key, value] : delays.front().items()) {
    if (value.is_object() && value.contains("estimate")) measures.push_back(key);
  }
  return measures;
}

ChartSeries curve_of(const json& delays, const std::string& measure, std::string name) {
  ChartSeries series{.name = std::move(name)};
  for (const json& delay : delays) {
    const auto found = delay.find(measure);
    if (found == delay.end()) continue;
    series.points.push_back({delay.at("delay").get<double>(), number_at(*found, "estimate"),
                             number_at(*found, "low"), number_at(*found, "high")});
  }
  if (series.points.empty() && !delays.empty()) {
    throw UsageError(fmt::format("--measure '{}': not in this part of the results, there is {}",
                                 measure, fmt::join(measures_in(delays), ", ")));
  }
  return series;
}

std::string in_words(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

}  // namespace stategrad::report

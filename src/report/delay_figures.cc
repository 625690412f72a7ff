// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/figure_drawers.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using nlohmann::json;

constexpr const char* kDelay = "delay (words)";

/// What stands at the axis, where the name of the measure is not enough.
std::string label_of(const std::string& measure) {
  constexpr std::array<std::pair<const char*, const char*>, 13> kLabels = {{
      {"raw_leading", "leading singular value of the mean"},
      {"raw_sum", "sum of the singular values of the mean"},
      {"raw_share", "leading value as a share of the sum"},
      {"raw_effective_rank", "effective rank (directions)"},
      {"raw_leading_cross_validated", "leading singular value, cross-validated"},
      {"normalised_leading", "leading singular value, normalised"},
      {"normalised_sum", "sum of the singular values, normalised"},
      {"normalised_share", "leading value as a share of the sum, normalised"},
      {"normalised_effective_rank", "effective rank, normalised"},
      {"normalised_leading_cross_validated", "leading singular value, normalised, cross-validated"},
      {"mean_norm", "mean norm of single state gradients"},
      {"mean_leading", "mean of single leading values"},
      {"kept_by_mean", "share that the mean keeps"},
  }};
  for (const auto& [known, label] : kLabels) {
    if (measure == known) return label;
  }
  return in_words(measure);
}

/// A measure of the chosen classes over the delays, in the colours that they have everywhere.
Chart by_class(const Sketch& sketch, const std::vector<const json*>& classes, const char* key,
               const std::string& measure, std::string label) {
  Chart chart{.x_label = kDelay, .y_label = std::move(label)};
  const std::vector<std::string> names = names_of(classes, key);
  for (const std::size_t place : sketch.chosen(names)) {
    chart.series.push_back(
        curve_of(classes[place]->at("delays"), measure, names[place], look_of_class(place)));
  }
  return chart;
}

std::vector<const json*> pointers_to(const json& array) {
  std::vector<const json*> pointers;
  for (const json& entry : array) pointers.push_back(&entry);
  return pointers;
}

ChartSeries noise_of(const json& delays, const std::string& measure) {
  ChartSeries noise{.name = "noise", .style = ChartStyle::kLevel};
  for (const json& delay : delays) {
    if (!delay.contains(measure)) continue;
    noise.points.push_back(
        bare_point(delay.at("delay").get<double>(), number_at(delay.at(measure), "noise")));
  }
  return noise;
}

/// The fitted law of decay of a measure, at the delays.
std::vector<ChartSeries> law_of(const json& one, const std::string& measure) {
  for (const json& memory : one.at("memory")) {
    if (memory.at("measure") != measure || !memory.contains("curve")) continue;
    ChartSeries law{.name = "fit: " + memory.at("law").get<std::string>(),
                    .style = ChartStyle::kFit};
    for (const json& value : memory.at("curve")) {
      const double delay = static_cast<double>(law.points.size());
      law.points.push_back(
          bare_point(delay, value.is_number() ? value.get<double>() : std::nan("")));
    }
    return {std::move(law)};
  }
  return {};
}

}  // namespace

Drawing draw_spectrum(const Sketch& sketch) {
  if (sketch.request.classes.size() > 1) {
    throw UsageError("--class: the figure 'spectrum' is of one class; 'classes' compares them");
  }
  const json& classes = sketch.classes();
  const std::vector<std::string> names = names_of(classes, "name");
  const std::size_t place = sketch.request.classes.empty() ? 0 : sketch.chosen(names).front();
  const json& delays = classes[place].at("delays");
  const std::string measure = sketch.request.measure.value_or("raw_leading");
  Chart chart{.x_label = kDelay, .y_label = label_of(measure), .log_y = true};
  chart.series.push_back(curve_of(delays, measure, names[place], 0));
  for (ChartSeries& law : law_of(classes[place], measure)) chart.series.push_back(std::move(law));
  chart.series.push_back(noise_of(delays, measure));
  return chart;
}

Drawing draw_classes(const Sketch& sketch) {
  const std::string measure = sketch.request.measure.value_or("raw_leading_cross_validated");
  const std::vector<const json*> classes = pointers_to(sketch.classes());
  FigureRequest request = sketch.request;
  if (request.classes.empty() && classes.size() > 1) {
    // All words are not one of the classes that are compared, unless they are asked for.
    const std::vector<std::string> names = names_of(classes, "name");
    const std::size_t end = std::min(classes.size(), kMostCurves);
    request.classes.assign(names.begin() + 1, names.begin() + static_cast<std::ptrdiff_t>(end));
    if (end < names.size()) {
      sketch.notes.push_back(fmt::format(
          "drawn for the first {} of {} classes: choose with --class", end - 1, names.size() - 1));
    }
  }
  return by_class({sketch.part, request, sketch.notes}, classes, "name", measure,
                  label_of(measure));
}

Drawing draw_cancellation(const Sketch& sketch) {
  const std::string measure = "kept_by_mean";
  return by_class(sketch, pointers_to(sketch.classes()), "name", measure, label_of(measure));
}

Drawing draw_used(const Sketch& sketch) {
  const std::string measure = sketch.request.measure.value_or("mean_norm");
  const std::string label = measure == "mean_norm" ? "mean norm of the gradient of the prediction"
                            : measure == "norm_of_mean"
                                ? "norm of the mean gradient of the prediction"
                                : in_words(measure);
  Chart chart = by_class(sketch, pointers_to(sketch.part), "class", measure, label);
  chart.log_y = true;
  return chart;
}

Drawing draw_validity(const Sketch& sketch) {
  const std::string measure = sketch.request.measure.value_or("cosine");
  const std::string label = measure == "cosine" ? "cosine of predicted and true change"
                                                : in_words(measure) + " of the prediction";
  Chart chart = by_class(sketch, sketch.of_state(sketch.part), "class", measure, label);
  chart.series.push_back(
      level_across(chart, measure == "relative_error" ? 0 : 1, "perfect prediction"));
  return chart;
}

Drawing draw_differences(const Sketch& sketch) {
  const std::string measure = sketch.request.measure.value_or("relative_memory");
  Chart chart{
      .x_label = kDelay,
      .y_label = measure == "cosine" ? "cosine with the best kept directions" : in_words(measure)};
  const std::vector<const json*> entries = sketch.of_state(sketch.part);
  std::vector<std::string> classes;
  for (const std::string& name : names_of(entries, "class")) {
    if (std::find(classes.begin(), classes.end(), name) == classes.end()) classes.push_back(name);
  }
  // Those of all words say how a difference is kept; of single classes there may be many.
  std::vector<std::size_t> chosen = {0};
  if (!sketch.request.classes.empty()) chosen = sketch.chosen(classes);
  for (const std::size_t place : chosen) {
    for (const json* entry : entries) {
      if (entry->at("class") != classes[place]) continue;
      std::string name = entry->at("name").get<std::string>();
      if (classes[place] != "all") name += fmt::format(" ({})", classes[place]);
      chart.series.push_back(
          curve_of(entry->at("delays"), measure, std::move(name), chart.series.size()));
    }
  }
  return chart;
}

}  // namespace stategrad::report

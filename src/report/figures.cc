// SPDX-License-Identifier: MIT
#include "report/figures.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/text_format.h"
#include "report/figure_parts.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using nlohmann::json;

constexpr const char* kDelay = "delay (words)";

/// One figure in the making.
struct Sketch {
  const json& part;
  const FigureRequest& request;
  std::vector<std::string>& notes;

  [[nodiscard]] const json& state() const {
    return *entries_of_state(part, request, notes).front();
  }
  [[nodiscard]] std::vector<const json*> classes(const json& list, const char* key) const {
    return chosen_classes(list, key, request, notes);
  }
};

/// --measure, or the leading singular value of the mean: normalised if there is such a one.
std::string measure_of(const Sketch& sketch, const json& delays) {
  if (sketch.request.measure) return *sketch.request.measure;
  const bool normalised = !delays.empty() && delays.front().contains("normalised_leading");
  return normalised ? "normalised_leading" : "raw_leading";
}

ChartSeries noise_of(const json& delays, const std::string& measure) {
  ChartSeries noise{.name = "noise", .style = ChartStyle::kDashed};
  for (const json& delay : delays) {
    if (!delay.contains(measure)) continue;
    noise.points.push_back({delay.at("delay").get<double>(), number_at(delay.at(measure), "noise"),
                            std::nan(""), std::nan("")});
  }
  return noise;
}

Drawing spectrum(const Sketch& sketch) {
  constexpr std::size_t kValues = 5;
  const json& chosen = *sketch.classes(sketch.state().at("classes"), "name").front();
  const json& delays = chosen.at("delays");
  const std::string leading = measure_of(sketch, delays);
  const std::string kind = leading.substr(0, leading.find('_'));
  Chart chart{
      .x_label = kDelay,
      .y_label = fmt::format("singular values{}", kind == "normalised" ? ", normalised" : "")};
  chart.series.push_back(curve_of(delays, kind + "_leading", "σ1"));
  for (std::size_t i = 1; i < kValues; ++i) {
    ChartSeries series{.name = fmt::format("σ{}", i + 1), .style = ChartStyle::kThinLine};
    for (const json& delay : delays) {
      const json& values = delay.at(kind + "_singular_values");
      if (i >= values.size() || !values[i].is_number()) continue;
      const double value = values[i].get<double>();
      series.points.push_back({delay.at("delay").get<double>(), value, std::nan(""), std::nan("")});
    }
    chart.series.push_back(std::move(series));
  }
  chart.series.push_back(noise_of(delays, kind + "_leading"));
  return chart;
}

/// A measure of every class over the delays.
Drawing by_class(const Sketch& sketch, const std::optional<std::string>& fixed,
                 const std::string& label) {
  Chart chart{.x_label = kDelay, .y_label = label};
  for (const json* one : sketch.classes(sketch.state().at("classes"), "name")) {
    const json& delays = one->at("delays");
    const std::string measure = fixed ? *fixed : measure_of(sketch, delays);
    if (chart.y_label.empty()) chart.y_label = in_words(measure);
    chart.series.push_back(curve_of(delays, measure, one->at("name").get<std::string>()));
  }
  return chart;
}

Drawing classes(const Sketch& sketch) { return by_class(sketch, std::nullopt, ""); }

Drawing cancellation(const Sketch& sketch) {
  return by_class(sketch, "kept_by_mean", "share that the mean keeps");
}

Drawing memory(const Sketch& sketch) {
  Chart chart{.x_label = kDelay, .y_label = ""};
  const std::array<std::pair<const char*, const char*>, 3> kinds{
      {{"half", "to 1/2"}, {"tenth", "to 1/10"}, {"hundredth", "to 1 %"}}};
  for (const auto& [key, name] : kinds) {
    chart.series.push_back({.name = name, .style = ChartStyle::kPoints});
  }
  for (const json* one : sketch.classes(sketch.state().at("classes"), "name")) {
    const std::string measure = measure_of(sketch, one->at("delays"));
    const double row = static_cast<double>(chart.rows.size());
    chart.rows.push_back(one->at("name").get<std::string>());
    std::vector<std::string> measures;
    for (const json& entry : one->at("memory")) {
      measures.push_back(entry.at("measure").get<std::string>());
      if (measures.back() != measure) continue;
      for (std::size_t i = 0; i < kinds.size(); ++i) {
        chart.series[i].points.push_back(
            {number_at(entry, kinds[i].first), row, std::nan(""), std::nan("")});
      }
    }
    if (std::find(measures.begin(), measures.end(), measure) == measures.end() &&
        !measures.empty()) {
      throw UsageError(fmt::format("--measure '{}': has no half-life, choose from {}", measure,
                                   fmt::join(measures, ", ")));
    }
  }
  return chart;
}

Drawing differences(const Sketch& sketch) {
  const std::string measure = sketch.request.measure.value_or("relative_memory");
  Chart chart{.x_label = kDelay, .y_label = in_words(measure)};
  json named = json::array();
  for (const json* entry : entries_of_state(sketch.part, sketch.request, sketch.notes)) {
    named.push_back(*entry);
  }
  for (const json* one : sketch.classes(named, "name")) {
    chart.series.push_back(
        curve_of(one->at("delays"), measure, one->at("name").get<std::string>()));
  }
  return chart;
}

Drawing used(const Sketch& sketch) {
  Chart chart{.x_label = kDelay, .y_label = "what the prediction uses"};
  const auto classes = sketch.classes(sketch.part, "class");
  for (const json* one : classes) {
    const std::string name = one->at("class").get<std::string>();
    const json& delays = one->at("delays");
    if (classes.size() > 1 || sketch.request.measure) {
      const std::string measure = sketch.request.measure.value_or("mean_norm");
      chart.y_label = "used: " + in_words(measure);
      chart.series.push_back(curve_of(delays, measure, name));
    } else {
      chart.series.push_back(curve_of(delays, "mean_norm", "mean of the norms"));
      chart.series.push_back(curve_of(delays, "norm_of_mean", "norm of the mean"));
    }
  }
  return chart;
}

Drawing timescales(const Sketch& sketch) {
  Chart chart{.x_label = "units by rising timescale", .y_label = "timescale (words)"};
  for (const json& layer : sketch.part) {
    const int number = layer.at("layer").get<int>();
    if (sketch.request.layer && number != *sketch.request.layer) continue;
    ChartSeries series{.name = fmt::format("layer {}", number), .style = ChartStyle::kPoints};
    for (const json& unit : layer.at("units")) {
      const json& timescale = unit.at("timescale");
      const double estimate = number_at(timescale, "estimate");
      if (!std::isfinite(estimate)) continue;  // one that never forgets is above all of them
      series.points.push_back(
          {0, estimate, number_at(timescale, "low"), number_at(timescale, "high")});
    }
    std::stable_sort(series.points.begin(), series.points.end(),
                     [](const ChartPoint& a, const ChartPoint& b) { return a.y < b.y; });
    double rank = 0;
    for (ChartPoint& point : series.points) point.x = ++rank;
    chart.series.push_back(std::move(series));
  }
  if (chart.series.empty()) throw UsageError("--layer: no such layer among the timescales");
  chart.log_y = true;
  return chart;
}

Drawing validity(const Sketch& sketch) {
  Chart chart{.x_label = kDelay, .y_label = "prediction against truth"};
  const json& delays = sketch.state().at("delays");
  std::vector<std::string> measures = measures_in(delays);
  if (sketch.request.measure) measures = {*sketch.request.measure};
  for (const std::string& measure : measures) {
    chart.series.push_back(curve_of(delays, measure, in_words(measure)));
  }
  return chart;
}

/// The probe of --state and --layer, or the first one.
const json& probe_of(const Sketch& sketch) {
  const FigureRequest& request = sketch.request;
  const json* chosen = nullptr;
  std::vector<std::string> places;
  for (const json& probe : sketch.part) {
    const std::string on = probe.at("on").get<std::string>();
    const double layer = number_at(probe, "layer");  // of states only
    places.push_back(on);
    if (std::isfinite(layer)) places.back() += fmt::format(" of layer {}", layer);
    if (request.state && on != *request.state) continue;
    if (request.layer && layer != *request.layer) continue;
    if (chosen == nullptr && probe.contains("confusion")) chosen = &probe;
  }
  if (chosen == nullptr) {
    throw UsageError(
        fmt::format("--state, --layer: no such probe, there is {}", fmt::join(places, ", ")));
  }
  if (places.size() > 1) {
    sketch.notes.push_back(fmt::format("drawn for the probe of the {}, classes of {}",
                                       chosen->at("on").get<std::string>(),
                                       chosen->at("group").get<std::string>()));
  }
  return *chosen;
}

Drawing confusion(const Sketch& sketch) {
  const json& probe = probe_of(sketch);
  HeatMap map{.x_label = "predicted class", .y_label = "true class"};
  map.names = probe.at("classes").get<std::vector<std::string>>();
  const double nan = std::nan("");
  for (const json& row : probe.at("confusion")) {
    std::vector<double> shares = row.get<std::vector<double>>();
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double& count : shares) count = sum > 0 ? count / sum : nan;
    shares.resize(map.names.size(), nan);
    map.shares.push_back(std::move(shares));
  }
  map.shares.resize(map.names.size(), std::vector<double>(map.names.size(), nan));
  return map;
}

Drawing training(const Sketch& sketch) {
  Chart chart{.x_label = "epoch", .y_label = "perplexity"};
  for (const auto& [key, name] :
       {std::pair{"train_perplexity", "training"}, std::pair{"valid_perplexity", "validation"}}) {
    ChartSeries series{.name = name};
    for (const json& epoch : sketch.part.at("epochs")) {
      series.points.push_back(
          {epoch.at("epoch").get<double>(), number_at(epoch, key), std::nan(""), std::nan("")});
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

struct Drawer {
  FigureKind kind;
  Drawing (*draw)(const Sketch&);
};

constexpr const char* kByAnalyze = "'stategrad analyze' makes it";

constexpr std::array<Drawer, 10> kDrawers = {{
    {{"spectrum", "singular values of the mean state gradient over the delay", "states",
      kByAnalyze},
     spectrum},
    {{"classes", "a measure of every class over the delay, with 95 % bands", "states", kByAnalyze},
     classes},
    {{"memory", "when the memory of every class has fallen to 1/2, 1/10 and 1 %", "states",
      kByAnalyze},
     memory},
    {{"cancellation", "what the mean keeps of single state gradients", "states", kByAnalyze},
     cancellation},
    {{"differences", "relative memory of difference vectors over the delay", "differences",
      "'stategrad analyze --difference' makes it"},
     differences},
    {{"used", "what predictions use of the words before", "used",
      "'stategrad analyze' without --no-used makes it"},
     used},
    {{"timescales", "timescales of the units, by their gates", "timescales",
      "'stategrad analyze' makes it of an LSTM or GRU"},
     timescales},
    {{"validity", "how well state gradients predict true changes of state", "validity",
      "'stategrad analyze' without --validity-sample 0 makes it"},
     validity},
    {{"confusion", "which classes a probe takes for which", "probe",
      "'stategrad analyze' with classes makes it"},
     confusion},
    {{"training", "perplexities of the epochs of training", "training",
      "'stategrad analyze' makes it of a model that was trained here"},
     training},
}};

}  // namespace

std::vector<FigureKind> figure_kinds() {
  std::vector<FigureKind> kinds;
  for (const Drawer& drawer : kDrawers) kinds.push_back(drawer.kind);
  return kinds;
}

Figure make_figure(const json& summary, const FigureRequest& request) {
  const auto* drawer = std::find_if(kDrawers.begin(), kDrawers.end(), [&](const Drawer& candidate) {
    return candidate.kind.name == request.name;
  });
  if (drawer == kDrawers.end()) {
    std::vector<std::string> names;
    for (const Drawer& candidate : kDrawers) names.emplace_back(candidate.kind.name);
    throw UsageError(fmt::format("--figure '{}': there is {}{}", request.name,
                                 fmt::join(names, ", "), did_you_mean(request.name, names)));
  }
  Figure figure;
  figure.drawing = drawer->draw({part_of(summary, drawer->kind), request, figure.notes});
  if (auto* chart = std::get_if<Chart>(&figure.drawing)) {
    if (request.log) (chart->rows.empty() ? chart->log_y : chart->log_x) = true;
  } else if (request.log) {
    throw UsageError(fmt::format("--log: the figure '{}' has no axis for it", request.name));
  }
  return figure;
}

}  // namespace stategrad::report

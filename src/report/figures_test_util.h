// SPDX-License-Identifier: MIT
//
// A small summary of every part, in the shape in which analyze writes it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/figures.h"

namespace stategrad::report {

inline nlohmann::json estimate(double value) {
  return {{"estimate", value}, {"error", 0.1}, {"low", value - 0.2}, {"high", value + 0.2}};
}

/// start, start/2, start/3
inline nlohmann::json delays(double start, const std::vector<std::string>& measures) {
  nlohmann::json list = nlohmann::json::array();
  for (int d = 0; d < 3; ++d) {
    nlohmann::json delay = {{"delay", d}, {"count", 10}};
    for (const std::string& measure : measures) delay[measure] = estimate(start / (d + 1));
    list.push_back(std::move(delay));
  }
  return list;
}

inline nlohmann::json class_of(const std::string& name, double start) {
  nlohmann::json of_class = {{"name", name},
                             {"group", "tag"},
                             {"delays", delays(start, {"raw_leading", "raw_leading_cross_validated",
                                                       "mean_norm", "kept_by_mean"})},
                             {"memory", nlohmann::json::array()}};
  for (const char* measure : {"raw_leading", "raw_leading_cross_validated"}) {
    of_class["memory"].push_back({{"measure", measure},
                                  {"half", start},
                                  {"tenth", nullptr},
                                  {"hundredth", nullptr},
                                  {"law", "power"},
                                  {"curve", {start, nullptr, start / 3}}});
  }
  for (nlohmann::json& delay : of_class["delays"]) delay["raw_leading"]["noise"] = 0.01;
  return of_class;
}

inline nlohmann::json angle(const std::string& kind, const std::string& first,
                            const std::string& second, int from, int to) {
  nlohmann::json made = {{"kind", kind},
                         {"state", "cell"},
                         {"layer", 0},
                         {"first", {{"class", first}, {"delay", from}}},
                         {"second", {{"class", second}, {"delay", to}}},
                         {"k", 2},
                         {"overlap", estimate(0.5)},
                         {"chance", 0.25}};
  if (kind == "models") made["second"]["results"] = "other";
  return made;
}

inline nlohmann::json angles() {
  return {angle("delays", "all", "all", 0, 1), angle("delays", "all", "all", 0, 2),
          angle("delays", "all", "all", 1, 2), angle("classes", "NN", "VB", 0, 0),
          angle("classes", "NN", "VB", 1, 1),  angle("classes", "JJ", "VB", 0, 0),
          angle("models", "all", "all", 0, 0), angle("models", "NN", "NN", 0, 0)};
}

inline nlohmann::json difference(const std::string& of_class, double start) {
  return {{"state", "cell"},
          {"layer", 0},
          {"name", "sg - pl"},
          {"class", of_class},
          {"delays", delays(start, {"relative_memory", "cosine"})}};
}

inline nlohmann::json sentences() {
  const nlohmann::json state = {{"state", "cell"}, {"layer", 0}};
  const nlohmann::json triangle = {{1.0}, {2.0, 0.5}, {3.0, 0.25}};
  return {{"max_delay", 2},
          {"states", {state}},
          {"sentences",
           {{{"position", 0}, {"words", {"the", "cat", "a", "dog"}}, {"norms", {triangle}}},
            {{"position", 4}, {"words", {"a", "dog", "ran"}}, {"norms", {triangle}}},
            {{"position", nullptr}, {"words", {"my", "cat", "sat"}}, {"norms", {triangle}}}}}};
}

inline nlohmann::json coordinates() {
  return {{"group", "tag"},
          {"pca",
           {{"explained", {0.5, 0.25}},
            {"words",
             {{{"word", "run"}, {"class", "VB"}, {"x", 1.0}, {"y", 2.0}},
              {{"word", "cat"}, {"class", "NN"}, {"x", 3.0}, {"y", 4.0}}}}}},
          {"lda",
           {{"explained", {1.0}},
            {"words", {{{"word", "cat"}, {"class", "NN"}, {"x", 5.0}, {"y", nullptr}}}}}}};
}

inline nlohmann::json summary() {
  const nlohmann::json cell = {{"state", "cell"}, {"layer", 0}};
  nlohmann::json validity = cell;
  validity.update({{"class", "all"}, {"delays", delays(1, {"cosine", "relative_error"})}});
  nlohmann::json words = cell;
  words.update({{"delays", {0, 1, 5}},
                {"of", 2},
                {"words",
                 {{{"word", "the"}, {"count", 90}, {"norms", {3.0, 2.0, 1.0}}},
                  {{"word", "cat"}, {"count", 9}, {"norms", {4.0, nullptr, 2.0}}}}}});
  return {{"states",
           {{{"state", "cell"},
             {"layer", 0},
             {"classes", {class_of("all", 4), class_of("NN", 2), class_of("VB", 1)}}},
            {{"state", "hidden"}, {"layer", 0}, {"classes", {class_of("all", 9)}}}}},
          {"word_delays", {words}},
          {"sentences", sentences()},
          {"differences", {difference("all", 1), difference("NN", 2)}},
          {"angles", angles()},
          {"used", {{{"class", "all"}, {"delays", delays(1, {"mean_norm", "norm_of_mean"})}}}},
          {"timescales",
           {{{"layer", 0},
             {"units",
              {{{"unit", 0}, {"timescale", estimate(7)}},
               {{"unit", 1}, {"timescale", {{"estimate", nullptr}}}},
               {{"unit", 2}, {"timescale", estimate(3)}}}}}}},
          {"validity", {validity}},
          {"coordinates", coordinates()},
          {"probe",
           {{{"group", "tag"},
             {"on", "embedding"},
             {"layer", nullptr},
             {"delay", 0},
             {"classes", {"NN", "VB"}},
             {"confusion", {{3, 1}, {0, 0}}}},
            {{"group", "tag"},
             {"on", "cell"},
             {"layer", 0},
             {"delay", 5},
             {"classes", {"NN", "VB"}},
             {"confusion", {{2, 2}, {1, 5}}}}}},
          {"training",
           {{"epochs",
             {{{"epoch", 1}, {"train_perplexity", 9.5}, {"valid_perplexity", nullptr}},
              {{"epoch", 2}, {"train_perplexity", 5.0}, {"valid_perplexity", 6.0}}}},
            {"best", 2}}}};
}

inline Chart chart_of(const FigureRequest& request) {
  return std::get<Chart>(make_figure(summary(), request).drawing);
}

inline HeatMap heat_map_of(const FigureRequest& request) {
  return std::get<HeatMap>(make_figure(summary(), request).drawing);
}

inline std::vector<std::string> curves_of(const Chart& chart) {
  std::vector<std::string> names;
  for (const ChartSeries& series : chart.series) names.push_back(series.name);
  return names;
}

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "report/figures.h"

#include <gmock/gmock.h>

#include <cmath>

#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

json estimate(double value) {
  return {{"estimate", value}, {"error", 0.1}, {"low", value - 0.2}, {"high", value + 0.2}};
}

json delays(double start, const std::vector<std::string>& measures) {
  json list = json::array();
  for (int d = 0; d < 3; ++d) {
    json delay = {{"delay", d}, {"count", 10}};
    for (const std::string& measure : measures) delay[measure] = estimate(start / (d + 1));
    list.push_back(std::move(delay));
  }
  return list;
}

json class_of(const std::string& name, double start) {
  json of_class = {{"name", name},
                   {"group", "tag"},
                   {"delays", delays(start, {"raw_leading", "mean_norm", "kept_by_mean"})},
                   {"memory",
                    {{{"measure", "raw_leading"},
                      {"half", start},
                      {"tenth", nullptr},
                      {"hundredth", nullptr}}}}};
  for (json& delay : of_class["delays"]) {
    delay["raw_leading"]["noise"] = 0.01;
    delay["raw_singular_values"] = {start, start / 2};
  }
  return of_class;
}

json summary() {
  json classes = {class_of("all", 4), class_of("NN", 2), class_of("VB", 1)};
  return {{"states",
           {{{"state", "cell"}, {"layer", 0}, {"classes", classes}},
            {{"state", "hidden"}, {"layer", 0}, {"classes", {class_of("all", 9)}}}}},
          {"differences",
           {{{"state", "cell"},
             {"layer", 0},
             {"name", "sg - pl"},
             {"delays", delays(1, {"relative_memory", "subspace_cosine"})}}}},
          {"used", {{{"class", "all"}, {"delays", delays(1, {"mean_norm", "norm_of_mean"})}}}},
          {"timescales",
           {{{"layer", 0},
             {"units",
              {{{"unit", 0}, {"timescale", estimate(7)}},
               {{"unit", 1}, {"timescale", {{"estimate", nullptr}}}},
               {{"unit", 2}, {"timescale", estimate(3)}}}}}}},
          {"validity", {{{"state", "cell"}, {"layer", 0}, {"delays", delays(1, {"correlation"})}}}},
          {"probe",
           {{{"group", "tag"},
             {"on", "embedding"},
             {"layer", nullptr},
             {"classes", {"NN", "VB"}},
             {"confusion", {{3, 1}, {0, 0}}}}}},
          {"training",
           {{"epochs",
             {{{"epoch", 1}, {"train_perplexity", 9.5}, {"valid_perplexity", nullptr}},
              {{"epoch", 2}, {"train_perplexity", 5.0}, {"valid_perplexity", 6.0}}}},
            {"best", 2}}}};
}

Chart chart_of(const FigureRequest& request) {
  return std::get<Chart>(make_figure(summary(), request).drawing);
}
std::vector<std::string> names_of(const Chart& chart) {
  std::vector<std::string> names;
  for (const ChartSeries& series : chart.series) names.push_back(series.name);
  return names;
}

TEST(Figures, EveryKindCanBeDrawnAndIsRefusedWithoutItsPart) {
  for (const FigureKind& kind : figure_kinds()) {
    const FigureRequest request{.name = kind.name};
    EXPECT_THAT(gnuplot_script(make_figure(summary(), request).drawing, {}, "/x.svg"),
                HasSubstr("plot "))
        << kind.name;
    json without = summary();
    without.erase(kind.needs);
    EXPECT_THAT([&] { (void)make_figure(without, request); },
                ThrowsMessage<UsageError>(AllOf(HasSubstr(kind.needs), HasSubstr(kind.made))));
  }
}

TEST(Figures, SpectrumHasTheSingularValuesOfOneClassAndTheNoise) {
  const Chart chart = chart_of({.name = "spectrum", .classes = {"NN"}});
  EXPECT_THAT(names_of(chart), ElementsAre("σ1", "σ2", "σ3", "σ4", "σ5", "noise"));
  EXPECT_EQ(chart.series[0].points[2].y, 2.0 / 3);
  EXPECT_EQ(chart.series[0].points[0].high, 2.2);
  EXPECT_EQ(chart.series[1].points[0].y, 1);
  EXPECT_THAT(chart.series[2].points, IsEmpty());
  EXPECT_EQ(chart.series[5].points[0].y, 0.01);
}

TEST(Figures, ClassesAreDrawnInTheOrderAskedFor) {
  const Chart chart =
      chart_of({.name = "classes", .classes = {"VB", "all"}, .measure = "mean_norm"});
  EXPECT_THAT(names_of(chart), ElementsAre("VB", "all"));
  EXPECT_EQ(chart.y_label, "mean norm");
  EXPECT_EQ(chart.series[1].points[0].y, 4);
  EXPECT_FALSE(chart.log_y);
  EXPECT_TRUE(chart_of({.name = "classes", .log = true}).log_y);
}

TEST(Figures, MemoryHasARowForEachClassAndNoMarkWhereItIsNotReached) {
  const Chart chart = chart_of({.name = "memory"});
  EXPECT_THAT(chart.rows, ElementsAre("all", "NN", "VB"));
  EXPECT_EQ(chart.series[0].points[1].x, 2);
  EXPECT_TRUE(std::isnan(chart.series[1].points[1].x));
}

TEST(Figures, StateIsTheFirstOneOrTheOneAskedFor) {
  const Figure first = make_figure(summary(), {.name = "classes"});
  EXPECT_THAT(first.notes, ElementsAre(HasSubstr("drawn for the cell of layer 0")));
  const Chart hidden = chart_of({.name = "classes", .state = "hidden"});
  EXPECT_EQ(hidden.series[0].points[0].y, 9);
  EXPECT_THAT([] { (void)chart_of({.name = "classes", .layer = 3}); },
              ThrowsMessage<UsageError>(HasSubstr("cell of layer 0, hidden of layer 0")));
}

TEST(Figures, ManyClassesAreTooManyUnlessNamed) {
  json many = summary();
  json& classes = many["states"][0]["classes"];
  for (int i = 0; i < 9; ++i) classes.push_back(class_of("c" + std::to_string(i), 1));
  const Figure figure = make_figure(many, {.name = "classes", .state = "cell", .layer = 0});
  EXPECT_EQ(std::get<Chart>(figure.drawing).series.size(), 6U);
  EXPECT_THAT(figure.notes, ElementsAre(HasSubstr("first 6 of 12 classes")));
  const Figure named =
      make_figure(many, {.name = "classes", .state = "cell", .layer = 0, .classes = {"c8"}});
  EXPECT_THAT(named.notes, IsEmpty());
}

TEST(Figures, NoClassesAreRefused) {
  json results = summary();
  results["states"][0]["classes"] = json::array();
  for (const char* name : {"spectrum", "classes", "memory"}) {
    EXPECT_THAT([&] { (void)make_figure(results, {.name = name}); },
                ThrowsMessage<UsageError>(HasSubstr("has no classes")));
  }
}

TEST(Figures, TimescalesRise) {
  const Chart chart = chart_of({.name = "timescales"});
  EXPECT_TRUE(chart.log_y);
  EXPECT_EQ(chart.series[0].points[0].y, 3);
  EXPECT_EQ(chart.series[0].points.size(), 2U) << "without the infinite one";
  EXPECT_EQ(chart.series[0].points[1].x, 2);
}

TEST(Figures, ConfusionHasSharesOfTheTrueClasses) {
  const HeatMap map = std::get<HeatMap>(make_figure(summary(), {.name = "confusion"}).drawing);
  EXPECT_THAT(map.shares[0], ElementsAre(0.75, 0.25));
  EXPECT_TRUE(std::isnan(map.shares[1][0]));
  EXPECT_THAT([] { (void)make_figure(summary(), {.name = "confusion", .log = true}); },
              ThrowsMessage<UsageError>(HasSubstr("--log")));
}

TEST(Figures, UnknownNamesAreRefusedWithThoseThatThereAre) {
  EXPECT_THAT([] { (void)chart_of({.name = "spectrun"}); },
              ThrowsMessage<UsageError>(HasSubstr("did you mean 'spectrum'?")));
  EXPECT_THAT([] { (void)chart_of({.name = "classes", .classes = {"N"}}); },
              ThrowsMessage<UsageError>(HasSubstr("--class 'N'")));
  EXPECT_THAT([] { (void)chart_of({.name = "classes", .measure = "warmth"}); },
              ThrowsMessage<UsageError>(
                  AllOf(HasSubstr("--measure 'warmth'"), HasSubstr("kept_by_mean, mean_norm"))));
}

}  // namespace
}  // namespace stategrad::report

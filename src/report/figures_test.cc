// SPDX-License-Identifier: MIT
#include "report/figures.h"

#include <gmock/gmock.h>

#include "report/figures_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

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
  for (const auto& [name, curves, told] :
       {std::tuple{"classes", 6U, "first 6 of 11 classes"},
        std::tuple{"cancellation", 7U, "first 7 of 12 classes"}}) {
    const Figure figure = make_figure(many, {.name = name, .state = "cell", .layer = 0});
    EXPECT_EQ(std::get<Chart>(figure.drawing).series.size(), curves);
    EXPECT_THAT(figure.notes, ElementsAre(HasSubstr(told)));
    const Figure named =
        make_figure(many, {.name = name, .state = "cell", .layer = 0, .classes = {"c8"}});
    EXPECT_THAT(named.notes, IsEmpty());
  }
}

TEST(Figures, NoClassesAreRefused) {
  json results = summary();
  results["states"][0]["classes"] = json::array();
  for (const char* name : {"spectrum", "classes", "memory"}) {
    EXPECT_THAT([&] { (void)make_figure(results, {.name = name}); },
                ThrowsMessage<UsageError>(HasSubstr("has no classes")));
  }
}

TEST(Figures, AxisIsThatOfThePageOrTheOneAskedFor) {
  EXPECT_TRUE(chart_of({.name = "spectrum"}).log_y);
  EXPECT_FALSE(chart_of({.name = "spectrum", .log = false}).log_y);
  EXPECT_FALSE(chart_of({.name = "classes"}).log_y);
  EXPECT_TRUE(chart_of({.name = "classes", .log = true}).log_y);
  EXPECT_TRUE(chart_of({.name = "memory", .log = true}).log_x);
}

TEST(Figures, OptionsThatAFigureDoesNotHaveAreRefusedWithThoseThatItHas) {
  EXPECT_THAT(
      [] { (void)chart_of({.name = "training", .classes = {"NN"}}); },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("--class: no option of the figure 'training'"),
                                      HasSubstr("--log --linear"))));
  EXPECT_THAT([] { (void)heat_map_of({.name = "confusion", .log = true}); },
              ThrowsMessage<UsageError>(HasSubstr("--log")));
  EXPECT_THAT([] { (void)chart_of({.name = "words", .sentence = "cat"}); },
              ThrowsMessage<UsageError>(HasSubstr("--sentence")));
}

TEST(Figures, UnknownNamesAreRefusedWithThoseThatThereAre) {
  EXPECT_THAT([] { (void)chart_of({.name = "spectrun"}); },
              ThrowsMessage<UsageError>(HasSubstr("did you mean 'spectrum'?")));
  EXPECT_THAT([] { (void)chart_of({.name = "classes", .classes = {"N"}}); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("--class 'N'"), HasSubstr("all, NN, VB"))));
  for (const char* figure : {"spectrum", "classes", "differences", "used", "validity", "memory"}) {
    EXPECT_THAT(
        [&] { (void)chart_of({.name = figure, .measure = "zz"}); },
        ThrowsMessage<UsageError>(AllOf(HasSubstr("--measure 'zz':"), HasSubstr("there is"))))
        << figure;
  }
  EXPECT_THAT([] { (void)chart_of({.name = "spectrum", .measure = "zz"}); },
              ThrowsMessage<UsageError>(HasSubstr("kept_by_mean, mean_norm, raw_leading")));
}

}  // namespace
}  // namespace stategrad::report

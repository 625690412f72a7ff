// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <cmath>

#include "report/figure_parts.h"
#include "report/figures_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr std::size_t kGrey = kLooks - 1;

TEST(DelayFigures, SpectrumIsTheLeadingValueWithItsLawAndTheNoise) {
  const Chart chart = chart_of({.name = "spectrum", .classes = {"NN"}});
  EXPECT_THAT(curves_of(chart), ElementsAre("NN", "fit: power", "noise"));
  EXPECT_EQ(chart.y_label, "leading singular value of the mean");
  EXPECT_EQ(chart.series[0].points[2].y, 2.0 / 3);
  EXPECT_EQ(chart.series[0].points[0].high, 2.2);
  EXPECT_EQ(chart.series[1].points[2].y, 2.0 / 3);
  EXPECT_TRUE(std::isnan(chart.series[1].points[1].y));
  EXPECT_EQ(chart.series[2].points[0].y, 0.01);
  EXPECT_THAT(
      [] {
        (void)chart_of({.name = "spectrum", .classes = {"NN", "VB"}});
      },
      ThrowsMessage<UsageError>(HasSubstr("one class")));
}

TEST(DelayFigures, ClassesAreComparedByTheCrossValidatedValueWithoutAllWords) {
  const Chart chart = chart_of({.name = "classes"});
  EXPECT_THAT(curves_of(chart), ElementsAre("NN", "VB"));
  EXPECT_EQ(chart.y_label, "leading singular value, cross-validated");
  EXPECT_EQ(chart.series[0].look, 0U);
}

TEST(DelayFigures, ClassesAreDrawnInTheOrderAskedForAndKeepTheirColours) {
  const Chart chart =
      chart_of({.name = "classes", .classes = {"VB", "all"}, .measure = "mean_norm"});
  EXPECT_THAT(curves_of(chart), ElementsAre("VB", "all"));
  EXPECT_EQ(chart.y_label, "mean norm of single state gradients");
  EXPECT_EQ(chart.series[1].points[0].y, 4);
  EXPECT_EQ(chart.series[0].look, 1U);
  EXPECT_EQ(chart.series[1].look, kGrey);
}

TEST(DelayFigures, NoClassIsGreyButAllWords) {
  EXPECT_EQ(look_of_class(0), kGrey);
  for (std::size_t place = 1; place < 4 * kLooks; ++place) {
    EXPECT_NE(look_of_class(place) % kLooks, kGrey) << place;
    EXPECT_NE(look_of_class(place), look_of_class(place + 1)) << place;
  }
}

TEST(DelayFigures, DifferencesAreThoseOfAllWordsUnlessAClassIsNamed) {
  EXPECT_THAT(curves_of(chart_of({.name = "differences"})), ElementsAre("sg - pl"));
  const Chart chart = chart_of({.name = "differences", .classes = {"NN", "all"}});
  EXPECT_THAT(curves_of(chart), ElementsAre("sg - pl (NN)", "sg - pl"));
  EXPECT_EQ(chart.series[0].points[0].y, 2);
}

TEST(DelayFigures, ValidityIsComparedWithAPerfectPrediction) {
  const Chart cosine = chart_of({.name = "validity"});
  EXPECT_THAT(curves_of(cosine), ElementsAre("all", "perfect prediction"));
  EXPECT_EQ(cosine.series[1].points[0].y, 1);
  EXPECT_EQ(chart_of({.name = "validity", .measure = "relative_error"}).series[1].points[0].y, 0);
}

TEST(DelayFigures, AnglesAreBetweenDelaysClassesOrModels) {
  const Chart delays = chart_of({.name = "angles"});
  EXPECT_THAT(curves_of(delays), ElementsAre("with delay 0", "with delay 1", "random directions"));
  EXPECT_EQ(delays.series[0].points[1].x, 2);
  EXPECT_EQ(delays.series[2].points[0].y, 0.25);
  const Chart classes = chart_of({.name = "angles", .classes = {"VB"}});
  EXPECT_THAT(curves_of(classes), ElementsAre("NN", "JJ", "random directions"));
  EXPECT_EQ(classes.y_label, "overlap of the 2 best kept directions, with VB");
  EXPECT_THAT(curves_of(chart_of({.name = "angles", .classes = {"VB", "JJ"}})),
              ElementsAre("JJ", "random directions"));
  EXPECT_THAT(curves_of(chart_of({.name = "angles", .compare = "other"})),
              ElementsAre("all", "NN", "random directions"));
}

TEST(DelayFigures, AnglesThatAreNotThereAreRefusedWithThoseThatAre) {
  EXPECT_THAT([] { (void)chart_of({.name = "angles", .classes = {"XX"}}); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("--class 'XX'"), HasSubstr("JJ, NN, VB"))));
  EXPECT_THAT([] { (void)chart_of({.name = "angles", .compare = "x"}); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("--compare 'x'"), HasSubstr("other"))));
}

}  // namespace
}  // namespace stategrad::report

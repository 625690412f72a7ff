// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <cmath>

#include "report/figures_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(ModelFigures, MemoryHasARowForEachClassAndNoMarkWhereItIsNotReached) {
  const Chart chart = chart_of({.name = "memory"});
  EXPECT_THAT(chart.rows, ElementsAre("all", "NN", "VB"));
  EXPECT_EQ(chart.series[0].points[1].x, 2);
  EXPECT_TRUE(std::isnan(chart.series[1].points[1].x));
}

TEST(ModelFigures, TimescalesRise) {
  const Chart chart = chart_of({.name = "timescales"});
  EXPECT_TRUE(chart.log_y);
  EXPECT_EQ(chart.series[0].points[0].y, 3);
  EXPECT_EQ(chart.series[0].points.size(), 2U) << "without the infinite one";
  EXPECT_EQ(chart.series[0].points[1].x, 2);
  EXPECT_THAT([] { (void)chart_of({.name = "timescales", .layer = 1}); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("--layer 1"), HasSubstr("there is 0"))));
}

TEST(ModelFigures, ConfusionHasTheCountsOfTheFirstProbeOrTheOneAskedFor) {
  EXPECT_THAT(heat_map_of({.name = "confusion"}).values[0], ElementsAre(3, 1));
  const HeatMap map =
      heat_map_of({.name = "confusion", .state = "cell", .layer = 0, .delay = 5, .group = "tag"});
  EXPECT_THAT(map.values[1], ElementsAre(1, 5));
  EXPECT_THAT([] { (void)heat_map_of({.name = "confusion", .delay = 1}); },
              ThrowsMessage<UsageError>(HasSubstr("cell of layer 0 at delay 5 (tag)")));
}

TEST(ModelFigures, TrainingHasAPointForEachEpoch) {
  const Chart chart = chart_of({.name = "training"});
  EXPECT_THAT(curves_of(chart), ElementsAre("training text", "validation text"));
  EXPECT_EQ(chart.series[0].points[0].y, 9.5);
  EXPECT_EQ(chart.series[1].points[1].x, 2);
  EXPECT_TRUE(std::isnan(chart.series[1].points[0].y));
}

}  // namespace
}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "report/chart.h"

#include <gmock/gmock.h>

#include <cmath>

#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

const double kNone = std::nan("");

Chart two_curves() {
  return {.x_label = "delay",
          .y_label = "memory",
          .series = {
              {.name = "a", .points = {{0, 2, 1, 3}, {1, 1, 0.5, 1.5}}},
              {.name = "b", .look = 1, .points = {{0, 1, kNone, kNone}, {1, 0.5, kNone, kNone}}}}};
}

std::string script_of(const Drawing& drawing, Page page = {}) {
  return gnuplot_script(drawing, page, "/out/figure.svg");
}

TEST(Chart, DrawsBandsBelowCurvesInColoursOfTheirOwn) {
  const std::string script = script_of(two_curves());
  EXPECT_THAT(script, AllOf(HasSubstr("$s0 << END_OF_SERIES\n0 2 1 3\n1 1 0.5 1.5\n"),
                            HasSubstr("$s1 << END_OF_SERIES\n0 1 1 1\n"),
                            HasSubstr("set output '/out/figure.svg'"), HasSubstr("title 'a'"),
                            HasSubstr("'#0072B2'"), HasSubstr("'#D55E00'")));
  EXPECT_LT(script.find("filledcurves"), script.find("with lines"));
}

TEST(Chart, LeavesGapsWhereNumbersAreMissing) {
  Chart chart = two_curves();
  chart.series[0].points = {{0, 2, 1, 3}, {1, kNone, 1, 2}, {2, 1, 1, 1}};
  EXPECT_THAT(script_of(chart), HasSubstr("0 2 1 3\n\n2 1 1 1\n"));
}

TEST(Chart, CutsBandsThatALogarithmicAxisCannotShow) {
  Chart chart = two_curves();
  chart.log_y = true;
  chart.series[0].points = {{0, 2, -1, 3}, {1, 0, 0, 1}, {2, 1, 0.5, 2}};
  EXPECT_THAT(script_of(chart),
              AllOf(HasSubstr("set logscale y"), HasSubstr("0 2 0.16666666666666666 3\n\n2 1")));
}

TEST(Chart, QuotesWhatGnuplotWouldObey) {
  EXPECT_EQ(gnuplot_quote("it's `rm` \"x\" $y @z\n"), "'it''s `rm` \"x\" $y @z '");
  Chart chart = two_curves();
  chart.series[0].name = "'; system('ls'); '";
  EXPECT_THAT(script_of(chart), HasSubstr("title '''; system(''ls''); '''"));
  chart.rows = {"100 %s", "b"};  // a label of an axis is a format
  EXPECT_THAT(script_of(chart), HasSubstr("set ytics ('100 %%s' 0, 'b' 1)"));
}

TEST(Chart, CutsLongNames) {
  Chart chart = two_curves();
  chart.series[0].name = "ÄÖÜäöü7890123456789012345XYZ";
  EXPECT_THAT(script_of(chart), HasSubstr("title 'ÄÖÜäöü7890123456789012345X…'"));
}

TEST(Chart, TakesTheSizeOfThePageInTheUnitsOfTheFormat) {
  EXPECT_THAT(script_of(two_curves(), {.format = PlotFormat::kSvg, .width = 2.54, .height = 2.54}),
              HasSubstr("svg size 96,96"));
  EXPECT_THAT(script_of(two_curves(), {.format = PlotFormat::kPdf, .width = 8.5, .height = 6}),
              HasSubstr("pdfcairo size 8.5cm,6cm font 'Helvetica,8'"));
  EXPECT_THAT(script_of(two_curves(), {.format = PlotFormat::kPng, .width = 2.54, .height = 2.54}),
              HasSubstr("pngcairo size 300,300"));
}

TEST(Chart, TellsLooksApartByColoursAndThenByDashes) {
  Chart chart = two_curves();
  chart.series[0].look = kLooks - 1;
  chart.series[1].look = kLooks;
  EXPECT_THAT(script_of(chart), AllOf(HasSubstr("'#7F7F7F' linewidth 1.5 dashtype 1"),
                                      HasSubstr("'#0072B2' linewidth 1.5 dashtype 2")));
}

TEST(Chart, ShowsOfLevelsOnlyWhatIsNearTheCurvesOnALogarithmicAxis) {
  Chart chart = two_curves();
  chart.log_y = true;
  chart.series.push_back(
      {.name = "noise", .style = ChartStyle::kLevel, .points = {{0, 1e-9, kNone, kNone}}});
  EXPECT_THAT(script_of(chart), HasSubstr("set yrange [0.16666666666666666:"));
}

TEST(Chart, NumbersShortLogarithmicAxes) {
  Chart chart{.log_x = true,
              .log_y = true,
              .series = {{.style = ChartStyle::kDots,
                          .points = {{2, 30, kNone, kNone}, {90, 40, kNone, kNone}}}}};
  EXPECT_THAT(script_of(chart), AllOf(HasSubstr("set xtics (2, 5, 10, 20, 50, 100)"),
                                      HasSubstr("set ytics (30, 40, 50)")));
}

TEST(Chart, DrawsBarsOnlyOfMarksThatHaveThem) {
  Chart chart = two_curves();
  chart.series[0].style = chart.series[1].style = ChartStyle::kBars;
  EXPECT_THAT(script_of(chart), AllOf(HasSubstr("$s0 using 1:3:(0):($4-$3) with vectors"),
                                      Not(HasSubstr("$s1 using 1:3"))));
}

TEST(Chart, PutsNoNumbersAtAPlaneWhereTheyMeanNothing) {
  Chart chart = two_curves();
  chart.bare = true;
  EXPECT_THAT(script_of(chart), HasSubstr("unset tics"));
}

HeatMap heat_map(std::size_t n, bool counts) {
  HeatMap map{.x_label = "found", .y_label = "true", .value_label = "vectors", .counts = counts};
  for (std::size_t i = 0; i < n; ++i) map.names.push_back("c" + std::to_string(i));
  map.values.assign(n, std::vector<double>(n, 1));
  return map;
}

TEST(Chart, WritesCountsIntoTheCellsOfASmallHeatMapAndElseGivesTheColours) {
  EXPECT_THAT(script_of(heat_map(2, true)),
              AllOf(HasSubstr("set xtics ('c0' 0, 'c1' 1)"), HasSubstr("0 0 1\n1 0 1\n0 1 1\n"),
                    HasSubstr("with labels"), HasSubstr("unset colorbox")));
  for (const HeatMap& map : {heat_map(20, true), heat_map(2, false)}) {
    EXPECT_THAT(script_of(map),
                AllOf(HasSubstr("set cblabel 'vectors'"), Not(HasSubstr("with labels")),
                      Not(HasSubstr("unset colorbox"))));
  }
}

TEST(Chart, LeavesOutCellsThatAreNotThere) {
  HeatMap map = heat_map(2, false);
  map.values[0][1] = kNone;
  EXPECT_THAT(script_of(map), HasSubstr("0 0 1\n0 1 1\n1 1 1\n"));
}

TEST(Chart, NamesOfAHeatMapAreNoHigherThanItsCells) {
  EXPECT_THAT(script_of(heat_map(4, true)), HasSubstr("set ytics font ',10.6667'"));
  EXPECT_THAT(script_of(heat_map(100, true)),
              AllOf(HasSubstr("set ytics font ',5.33333'"), HasSubstr("('c0' 0, 'c3' 3, ")));
}

TEST(Chart, RefusesToDrawNothing) {
  EXPECT_THAT(
      [] {
        (void)script_of(Chart{.series = {{.points = {{0, kNone, 0, 0}}}}});
      },
      ThrowsMessage<UsageError>(HasSubstr("nothing to draw")));
  EXPECT_THAT([] { (void)script_of(HeatMap{}); },
              ThrowsMessage<UsageError>(HasSubstr("nothing to draw")));
}

TEST(Chart, KnowsFormatsByTheirNames) {
  EXPECT_EQ(plot_format_of("a/b.svg"), PlotFormat::kSvg);
  EXPECT_EQ(plot_format_of("b.pdf"), PlotFormat::kPdf);
  EXPECT_EQ(plot_format_of("b.png"), PlotFormat::kPng);
  EXPECT_THAT(
      [] { (void)plot_format_of("b.jpg"); },
      ThrowsMessage<UsageError>(AllOf(HasSubstr("b.jpg"), HasSubstr(".svg, .pdf or .png"))));
}

}  // namespace
}  // namespace stategrad::report

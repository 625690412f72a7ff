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
          .series = {{.name = "a", .points = {{0, 2, 1, 3}, {1, 1, 0.5, 1.5}}},
                     {.name = "b", .points = {{0, 1, kNone, kNone}, {1, 0.5, kNone, kNone}}}}};
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
  EXPECT_THAT(script_of(chart), AllOf(HasSubstr("set logscale y"), HasSubstr("0 2 0.05 3\n\n2 1")));
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

TEST(Chart, WritesSharesIntoTheCellsOfAHeatMap) {
  const HeatMap map{.x_label = "predicted",
                    .y_label = "true",
                    .names = {"NN", "VB"},
                    .shares = {{0.75, 0.25}, {kNone, kNone}}};
  EXPECT_THAT(script_of(map), AllOf(HasSubstr("set xtics ('NN' 0, 'VB' 1)"),
                                    HasSubstr("0 0 0.75\n1 0 0.25\n0 1 NaN\n"),
                                    HasSubstr("with labels"), Not(HasSubstr("key below"))));
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

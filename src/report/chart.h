// SPDX-License-Identifier: MIT
//
// Charts for a paper, and the gnuplot script that draws them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace stategrad::report {

/// A value with its error band; numbers that are not finite are left out.
struct ChartPoint {
  double x = 0;
  double y = 0;
  double low = 0;   ///< not finite: no band here
  double high = 0;  ///< not finite: no band here
};

enum class ChartStyle {
  kLine,   ///< a line in its band, a mark at every point
  kFit,    ///< a fitted law: black dashes
  kLevel,  ///< noise, or another level to compare with: grey dots
  kBars,   ///< marks with bars of error
  kDots    ///< a cloud of marks
};

/// So many colours that people with defective colour vision tell apart (Okabe and Ito); the last is
/// grey.
constexpr std::size_t kLooks = 7;

struct ChartSeries {
  std::string name;  ///< for the legend; empty: none
  ChartStyle style = ChartStyle::kLine;
  /// Decides colour and shape, from kLooks on the dashes too; those of the page's charts.
  std::size_t look = 0;
  std::vector<ChartPoint> points = {};
};

/// Curves over an axis of numbers.
struct Chart {
  std::string x_label;
  std::string y_label;
  bool log_x = false;
  bool log_y = false;
  bool bare = false;  ///< a plane whose numbers mean nothing: without them
  /// Names of the rows y = 0, 1, … from the top; empty: y are numbers.
  std::vector<std::string> rows = {};
  std::vector<ChartSeries> series = {};
};

/// Values of rows in columns with the same names, from 0 on; nan: no cell.
struct HeatMap {
  std::string x_label;
  std::string y_label;
  std::string value_label;
  bool counts = false;                           ///< written into the cells if they are few
  std::vector<std::string> names = {};           ///< n
  std::vector<std::vector<double>> values = {};  ///< [n][n]
};

using Drawing = std::variant<Chart, HeatMap>;

enum class PlotFormat { kSvg, kPdf, kPng };

/// By the end of the name.
/// @throws UsageError for another one
[[nodiscard]] PlotFormat plot_format_of(const std::filesystem::path& file);

/// What it is drawn on.
struct Page {
  PlotFormat format = PlotFormat::kSvg;
  double width = 8.5;              ///< cm: a column of a paper with two
  std::optional<double> height{};  ///< cm; none: what suits the drawing
  double font_size = 8;            ///< points
};

/// 'text' as gnuplot reads it: nothing in it is looked at, control characters become blanks.
[[nodiscard]] std::string gnuplot_quote(std::string_view text);

/// A script that writes a file, by itself and whole.
/// @throws UsageError if there is nothing to draw
[[nodiscard]] std::string gnuplot_script(const Drawing& drawing, const Page& page,
                                         const std::filesystem::path& output);

}  // namespace stategrad::report

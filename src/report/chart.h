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
  kLine,      ///< a line in its band
  kThinLine,  ///< of less weight, such as further singular values
  kDashed,    ///< a level to compare with, in grey
  kPoints     ///< marks with bars of error
};

struct ChartSeries {
  std::string name;  ///< for the legend; empty: none
  ChartStyle style = ChartStyle::kLine;
  std::vector<ChartPoint> points;
};

/// Curves over an axis of numbers.
struct Chart {
  std::string x_label;
  std::string y_label;
  bool log_x = false;
  bool log_y = false;
  /// Names of the rows y = 0, 1, … from the top; empty: y are numbers.
  std::vector<std::string> rows;
  std::vector<ChartSeries> series;
};

/// Shares of rows in columns with the same names, in [0, 1].
struct HeatMap {
  std::string x_label;
  std::string y_label;
  std::vector<std::string> names;           ///< n
  std::vector<std::vector<double>> shares;  ///< [n][n]
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

/// A script that writes a file, by itself and whole. Up to eight colours that people with
/// defective colour vision tell apart (Okabe and Ito), then the same with dashes.
/// @throws UsageError if there is nothing to draw
[[nodiscard]] std::string gnuplot_script(const Drawing& drawing, const Page& page,
                                         const std::filesystem::path& output);

}  // namespace stategrad::report

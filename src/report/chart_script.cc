// SPDX-License-Identifier: MIT
#include "report/chart_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "report/script_parts.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

/// Okabe and Ito's colours; the last is for all words, and what charts compare with.
constexpr std::array<const char*, kLooks> kColours = {"0072B2", "D55E00", "009E73", "CC79A7",
                                                      "E69F00", "56B4E9", "7F7F7F"};
/// Circle, square, triangle, diamond, triangle upside down, pentagon.
constexpr std::array<int, 6> kShapes = {7, 5, 9, 13, 11, 15};

std::string colour_of(std::size_t look, const char* alpha = "") {
  return fmt::format("'#{}{}'", alpha, kColours[look % kLooks]);
}

/// 1 solid, 2 dashed, 3 dotted, 4 both
std::size_t dashes_of(std::size_t look) { return 1 + look / kLooks % 4; }

/// More marks are drawn smaller.
constexpr std::size_t kManyBars = 100;
constexpr std::size_t kManyDots = 500;

/// So far marks stand clear of the frame of a logarithmic axis.
constexpr double kClear = 1.3;

/// The range of all that can be drawn.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value, bool log) {
    if (!std::isfinite(value) || (log && value <= 0)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  [[nodiscard]] bool empty() const { return low > high; }
};

bool is_measured(const ChartSeries& series) {
  return series.style != ChartStyle::kFit && series.style != ChartStyle::kLevel;
}

bool is_banded(const ChartSeries& series) {
  return std::any_of(series.points.begin(), series.points.end(), [](const ChartPoint& point) {
    return std::isfinite(point.low) && std::isfinite(point.high);
  });
}

std::string range_of_cloud(const char* axis, const Range& range) {
  constexpr double kMargin = 0.04;
  const double span = range.high - range.low;
  const double margin = span > 0 ? kMargin * span : 1;
  return fmt::format("set {}range [{}:{}]\n", axis, range.low - margin, range.high + margin);
}

/// Powers of ten alone would leave a short axis without numbers.
std::string log_axis(const char* axis, double low, double high) {
  constexpr double kShort = 100;
  constexpr double kShortest = 5;
  std::string text = fmt::format("set logscale {}\nset {}range [{}:{}]\n", axis, axis, low, high);
  if (high / low > kShort) return text;
  const std::vector<double> digits = high / low > kShortest
                                         ? std::vector<double>{1, 2, 5}
                                         : std::vector<double>{1, 1.5, 2, 3, 4, 5, 7};
  std::string tics;
  for (double power = std::pow(10, std::floor(std::log10(low))); power < high; power *= 10) {
    for (const double digit : digits) {
      const double at = digit * power;
      if (at >= low && at <= high) tics += fmt::format("{}{:g}", tics.empty() ? "" : ", ", at);
    }
  }
  return text + fmt::format("set {}tics ({})\n", axis, tics);
}

std::size_t legend_columns(const Chart& chart) {
  constexpr std::size_t kShort = 12;
  const bool short_names =
      std::all_of(chart.series.begin(), chart.series.end(),
                  [](const ChartSeries& series) { return series.name.size() <= kShort; });
  return short_names ? 3 : 2;
}

class ChartScript {
 public:
  explicit ChartScript(const Chart& chart) : chart_(chart) {
    for (const ChartSeries& series : chart.series) {
      for (const ChartPoint& point : series.points) {
        if (!drawn(point)) continue;
        x_.add(point.x, chart.log_x);
        // On a logarithmic axis noise and fits may be far below all that was measured.
        if (is_measured(series) || !chart.log_y) y_.add(point.y, chart.log_y);
      }
    }
    if (x_.empty() || y_.empty()) {
      throw UsageError("there is nothing to draw: no number that the axes can show");
    }
  }

  [[nodiscard]] std::string text() const {
    std::string script = axes() + legend();
    for (std::size_t s = 0; s < chart_.series.size(); ++s) script += data(s);
    std::string plots;
    for (const bool bands : {true, false}) {
      for (std::size_t s = 0; s < chart_.series.size(); ++s) {
        const std::string plot = bands ? band(s) : curve(s);
        if (!plot.empty()) plots += (plots.empty() ? "" : ", \\\n     ") + plot;
      }
    }
    return script + "plot " + plots + "\n";
  }

 private:
  [[nodiscard]] bool drawn(const ChartPoint& point) const {
    return std::isfinite(point.y) && (!chart_.log_y || point.y > 0) && std::isfinite(point.x) &&
           (!chart_.log_x || point.x > 0);
  }
  /// A band that goes below what a logarithmic axis can show is cut, and one far above all else.
  [[nodiscard]] double floor() const {
    if (!chart_.log_y) return -1e300;
    return is_cloud() ? y_.low / kClear : y_.low / 3;
  }
  [[nodiscard]] double ceiling() const {
    if (!chart_.log_y) return 1e300;
    double highest = y_.high;
    for (const ChartSeries& series : chart_.series) {
      for (const ChartPoint& point : series.points) {
        if (std::isfinite(point.high)) highest = std::max(highest, point.high);
      }
    }
    return std::min(highest, 4 * y_.high);
  }
  [[nodiscard]] bool is_cloud() const { return chart_.series.front().style == ChartStyle::kDots; }

  [[nodiscard]] std::string axes() const {
    std::string text = chart_.bare ? "" : "set grid linecolor rgb '#d0d0d0' linewidth 0.5\n";
    text += fmt::format("set xlabel {}\n", gnuplot_quote(chart_.x_label));
    if (chart_.bare) {
      text += fmt::format("unset tics\nset ylabel {}\n", gnuplot_quote(chart_.y_label));
    } else if (!chart_.y_label.empty()) {
      // Above the axis there is room for it, however low the chart is.
      text += fmt::format("set tmargin 2.2\nset label {} at character 1, graph 1 offset 0,0.9\n",
                          gnuplot_quote(chart_.y_label));
    }
    return text + x_range() + y_range();
  }

  /// Marks stand clear of the frame; curves touch it.
  [[nodiscard]] std::string x_range() const {
    if (chart_.log_x) return log_axis("x", x_.low / kClear, x_.high * kClear);
    if (!chart_.rows.empty()) return "";
    constexpr double kFew = 10;  // delays, epochs and units are whole numbers
    const double span = x_.high - x_.low;
    if (is_cloud()) return range_of_cloud("x", x_);
    const double margin = chart_.series.front().style == ChartStyle::kBars || span == 0 ? 0.7 : 0.0;
    return fmt::format("set xrange [{}:{}]\n", x_.low - margin, x_.high + margin) +
           (span <= kFew ? "set xtics 1\n" : "");
  }

  [[nodiscard]] std::string y_range() const {
    if (!chart_.rows.empty()) {
      return fmt::format("set yrange [{}:-0.5]\n", static_cast<double>(chart_.rows.size()) - 0.5) +
             names_at_tics("y", chart_.rows);
    }
    if (chart_.log_y) return log_axis("y", floor(), ceiling() * kClear);
    if (is_cloud()) return range_of_cloud("y", y_);
    return y_.low >= 0 ? "set yrange [0:*]\n" : "";
  }

  [[nodiscard]] std::string legend() const {
    if (legend_rows(chart_) == 0) return "set key off\n";
    // Letters are narrower than gnuplot takes them for.
    constexpr std::size_t kLettersPerCharacter = 7;
    std::size_t longest = 0;
    for (const ChartSeries& series : chart_.series) {
      longest = std::max(longest, series.name.size());
    }
    return fmt::format(
        "set key below Left reverse vertical maxcols {} maxrows {} samplen 2.2 spacing 0.95 "
        "width -{} height 0.6\n",
        legend_columns(chart_), legend_rows(chart_),
        std::min(longest, kLongestName) / kLettersPerCharacter);
  }

  [[nodiscard]] std::string data(std::size_t s) const {
    std::string text = fmt::format("$s{} << END_OF_SERIES\n", s);
    const double low = floor();
    const double high = ceiling();
    bool gap = true;
    for (const ChartPoint& point : chart_.series[s].points) {
      if (!drawn(point)) {
        if (!gap) text += '\n';  // a line does not go over what is missing
        gap = true;
        continue;
      }
      gap = false;
      const bool band = std::isfinite(point.low) && std::isfinite(point.high);
      text += fmt::format("{} {} {} {}\n", number_in_script(point.x), number_in_script(point.y),
                          number_in_script(band ? std::clamp(point.low, low, high) : point.y),
                          number_in_script(band ? std::clamp(point.high, low, high) : point.y));
    }
    return text + "END_OF_SERIES\n";
  }

  [[nodiscard]] bool has_points(std::size_t s) const {
    const auto& points = chart_.series[s].points;
    return std::any_of(points.begin(), points.end(), [&](const auto& p) { return drawn(p); });
  }

  [[nodiscard]] std::string band(std::size_t s) const {
    const ChartSeries& series = chart_.series[s];
    if (series.style != ChartStyle::kLine || !is_banded(series) || !has_points(s)) return "";
    return fmt::format(
        "$s{} using 1:3:4 with filledcurves fillcolor rgb {} fillstyle transparent solid 0.2 "
        "noborder notitle",
        s, colour_of(series.look));
  }

  [[nodiscard]] std::string curve(std::size_t s) const {
    const ChartSeries& series = chart_.series[s];
    if (!has_points(s)) return "";
    const std::string title =
        series.name.empty() ? "notitle" : "title " + gnuplot_quote(shortened(series.name));
    const int shape = kShapes[series.look % kShapes.size()];
    switch (series.style) {
      case ChartStyle::kLine:
        return fmt::format(
            "$s{} using 1:2 with linespoints linecolor rgb {} linewidth 1.5 dashtype {} "
            "pointtype 7 pointsize 0.25 {}",
            s, colour_of(series.look), dashes_of(series.look), title);
      case ChartStyle::kFit:
        return fmt::format("$s{} using 1:2 with lines linecolor rgb 'black' dashtype 2 {}", s,
                           title);
      case ChartStyle::kLevel:
        return fmt::format("$s{} using 1:2 with lines linecolor rgb '#555555' dashtype 3 {}", s,
                           title);
      case ChartStyle::kBars:
        return (is_banded(series)
                    ? fmt::format("$s{} using 1:3:(0):($4-$3) with vectors nohead linecolor rgb {} "
                                  "notitle, \\\n     ",
                                  s, colour_of(series.look, "A0"))
                    : "") +
               fmt::format(
                   "$s{} using 1:2 with points linecolor rgb {} pointtype {} pointsize {} {}", s,
                   colour_of(series.look), shape, series.points.size() > kManyBars ? 0.25 : 0.5,
                   title);
      case ChartStyle::kDots:
        break;
    }
    return fmt::format("$s{} using 1:2 with points linecolor rgb {} pointtype {} pointsize {} {}",
                       s, colour_of(series.look, "40"), shape,
                       series.points.size() > kManyDots ? 0.25 : 0.4, title);
  }

  const Chart& chart_;
  Range x_;
  Range y_;
};

}  // namespace

std::string chart_script(const Chart& chart) { return ChartScript(chart).text(); }

std::size_t legend_rows(const Chart& chart) {
  const auto names = static_cast<std::size_t>(
      std::count_if(chart.series.begin(), chart.series.end(),
                    [](const ChartSeries& series) { return !series.name.empty(); }));
  return names == 0 ? 0 : (names - 1) / legend_columns(chart) + 1;
}

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "stategrad/errors.h"
#include "text/utf8.h"

namespace stategrad::report {
namespace {

/// Okabe and Ito's colours, without the yellow that white paper swallows.
constexpr std::array<const char*, 7> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                 "#E69F00", "#56B4E9", "#000000"};
constexpr const char* kGrey = "#777777";

std::string colour_of(std::size_t series) {
  return gnuplot_quote(kColours[series % kColours.size()]);
}

constexpr std::size_t kLongestName = 26;

/// Longer names would leave no room for the curves: their end is cut off.
std::string shortened(const std::string& name, std::size_t longest = kLongestName) {
  std::size_t letters = 0;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t before = at;
    (void)text::read_code_point(name, at);
    if (++letters > longest) return name.substr(0, before) + "…";
  }
  return name;
}

/// 1 solid, 2 dashed, 3 dotted, 4 both
std::size_t dashes_of(std::size_t series) { return 1 + series / kColours.size() % 4; }

std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "NaN"; }

/// Terminal and output. Sizes in cm are those of the printed figure.
std::string head(const Page& page, double height, const std::filesystem::path& output) {
  constexpr double kPixelsPerInch = 300;
  constexpr double kSvgPixelsPerInch = 96;
  constexpr double kCmPerInch = 2.54;
  constexpr double kPointsPerInch = 72;
  std::string terminal;
  switch (page.format) {
    case PlotFormat::kSvg: {
      const double pixels = kSvgPixelsPerInch / kCmPerInch;
      terminal = fmt::format("svg size {:.0f},{:.0f} fixed font 'Helvetica,{:g}' linewidth 1",
                             page.width * pixels, height * pixels,
                             page.font_size * kSvgPixelsPerInch / kPointsPerInch);
      break;
    }
    case PlotFormat::kPdf:
      terminal = fmt::format("pdfcairo size {:g}cm,{:g}cm font 'Helvetica,{:g}' linewidth 1.2",
                             page.width, height, page.font_size);
      break;
    case PlotFormat::kPng: {
      // pngcairo thinks in dots of a screen.
      const double scale = kPixelsPerInch / kSvgPixelsPerInch;
      terminal = fmt::format(
          "pngcairo size {:.0f},{:.0f} font 'Helvetica,{:g}' fontscale {:g} linewidth {:g} "
          "pointscale {:g}",
          page.width * kPixelsPerInch / kCmPerInch, height * kPixelsPerInch / kCmPerInch,
          page.font_size, scale, scale, scale);
      break;
    }
  }
  return fmt::format(
      "set encoding utf8\n"
      "set terminal {} noenhanced background rgb 'white'\n"
      "set output {}\n"
      "set datafile missing 'NaN'\n"
      "set border 3 linewidth 0.6\n"
      "set tics nomirror out scale 0.5\n"
      "set format '%h'\n"
      "set xlabel offset 0,0.4\nset ylabel offset 0.8,0\n",
      terminal, gnuplot_quote(std::filesystem::absolute(output).string()));
}

/// Labels of an axis at 0, 1, …; a label is a format for gnuplot.
std::string names_at_tics(const char* axis, const std::vector<std::string>& names,
                          std::size_t longest = kLongestName) {
  std::string tics;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string name;
    for (const char c : shortened(names[i], longest))
      name += c == '%' ? std::string("%%") : std::string(1, c);
    tics += fmt::format("{}{} {}", i == 0 ? "" : ", ", gnuplot_quote(name), i);
  }
  return fmt::format("set {}tics ({})\n", axis, tics);
}

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

std::size_t named_series(const Chart& chart) {
  return static_cast<std::size_t>(
      std::count_if(chart.series.begin(), chart.series.end(),
                    [](const ChartSeries& series) { return !series.name.empty(); }));
}

std::size_t legend_columns(const Chart& chart) {
  constexpr std::size_t kShort = 12;
  const bool short_names =
      std::all_of(chart.series.begin(), chart.series.end(),
                  [](const ChartSeries& series) { return series.name.size() <= kShort; });
  return short_names ? 3 : 2;
}

/// None if there is nothing to tell apart.
std::size_t legend_rows(const Chart& chart) {
  const std::size_t names = named_series(chart);
  return names < 2 ? 0 : (names - 1) / legend_columns(chart) + 1;
}

class ChartScript {
 public:
  explicit ChartScript(const Chart& chart) : chart_(chart) {
    for (const ChartSeries& series : chart.series) {
      for (const ChartPoint& point : series.points) {
        x_.add(point.x, chart.log_x);
        if (drawn(point)) y_.add(point.y, chart.log_y);
      }
    }
    if (x_.empty() || y_.empty()) {
      throw UsageError("there is nothing to draw: no number that the axes can show");
    }
  }

  [[nodiscard]] std::string text() const {
    std::string script = axes();
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
  /// A band that goes below what a logarithmic axis can show is cut.
  [[nodiscard]] double floor() const { return chart_.log_y ? y_.low / 10 : -1e300; }

  [[nodiscard]] std::string axes() const {
    std::string text = "set grid linecolor rgb '#d0d0d0' linewidth 0.5\n";
    text += fmt::format("set xlabel {}\n", gnuplot_quote(chart_.x_label));
    text += fmt::format("set ylabel {}\n", gnuplot_quote(chart_.y_label));
    if (chart_.log_x) text += "set logscale x\n";
    if (chart_.log_y) text += "set logscale y\n";
    if (!chart_.rows.empty()) {
      text += fmt::format("set yrange [{}:-0.5]\n", static_cast<double>(chart_.rows.size()) - 0.5);
      text += names_at_tics("y", chart_.rows);
    } else if (!chart_.log_y && y_.low >= 0) {
      text += "set yrange [0:*]\n";
    } else if (chart_.log_y) {
      text += fmt::format("set yrange [{}:*]\n", number(y_.low / 2));
    }
    if (chart_.rows.empty()) {
      // Marks stand clear of the frame; curves touch it.
      const bool marks = chart_.series.front().style == ChartStyle::kPoints;
      text += fmt::format("set xrange [{}:{}]\n", number(x_.low - (marks ? 0.7 : 0)),
                          number(x_.high + (marks ? 0.7 : 0)));
    }
    constexpr double kFew = 10;  // delays, epochs and units are whole numbers
    if (!chart_.log_x && x_.high - x_.low <= kFew) text += "set xtics 1\n";
    return text + legend();
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
        "set key below Left reverse vertical maxcols {} maxrows {} samplen 1.2 spacing 0.95 "
        "width -{} height 0.6\n",
        legend_columns(chart_), legend_rows(chart_),
        std::min(longest, kLongestName) / kLettersPerCharacter);
  }

  [[nodiscard]] std::string data(std::size_t s) const {
    std::string text = fmt::format("$s{} << END_OF_SERIES\n", s);
    bool gap = true;
    for (const ChartPoint& point : chart_.series[s].points) {
      if (!drawn(point)) {
        if (!gap) text += '\n';  // a line does not go over what is missing
        gap = true;
        continue;
      }
      gap = false;
      const bool band = std::isfinite(point.low) && std::isfinite(point.high);
      text += fmt::format("{} {} {} {}\n", number(point.x), number(point.y),
                          number(band ? std::max(point.low, floor()) : point.y),
                          number(band ? std::max(point.high, floor()) : point.y));
    }
    return text + "END_OF_SERIES\n";
  }

  [[nodiscard]] bool has_points(std::size_t s) const {
    const auto& points = chart_.series[s].points;
    return std::any_of(points.begin(), points.end(), [&](const auto& p) { return drawn(p); });
  }

  [[nodiscard]] std::string band(std::size_t s) const {
    const auto& points = chart_.series[s].points;
    const bool banded = std::any_of(points.begin(), points.end(), [&](const ChartPoint& point) {
      return drawn(point) && std::isfinite(point.low) && std::isfinite(point.high);
    });
    if (chart_.series[s].style != ChartStyle::kLine || !banded) return "";
    return fmt::format(
        "$s{} using 1:3:4 with filledcurves fillcolor rgb {} fillstyle transparent solid 0.2 "
        "noborder notitle",
        s, colour_of(s));
  }

  [[nodiscard]] std::string curve(std::size_t s) const {
    const ChartSeries& series = chart_.series[s];
    if (!has_points(s)) return "";
    const std::string title =
        series.name.empty() ? "notitle" : "title " + gnuplot_quote(shortened(series.name));
    switch (series.style) {
      case ChartStyle::kLine:
        return fmt::format(
            "$s{} using 1:2 with lines linecolor rgb {} linewidth 1.5 dashtype {} {}", s,
            colour_of(s), dashes_of(s), title);
      case ChartStyle::kThinLine:
        return fmt::format("$s{} using 1:2 with lines linecolor rgb {} linewidth 0.8 {}", s,
                           colour_of(s), title);
      case ChartStyle::kDashed:
        return fmt::format("$s{} using 1:2 with lines linecolor rgb '{}' dashtype 2 {}", s, kGrey,
                           title);
      case ChartStyle::kPoints:
        break;
    }
    const std::string bars =
        chart_.rows.empty() ? "using 1:2:3:4 with yerrorbars" : "using 1:2 with points";
    return fmt::format("$s{} {} linecolor rgb {} pointtype {} pointsize 0.5 {}", s, bars,
                       colour_of(s), 2 * (s % 5) + 5, title);
  }

  const Chart& chart_;
  Range x_;
  Range y_;
};

std::string heat_map_script(const HeatMap& map) {
  constexpr std::size_t kMostWithNumbers = 14;
  constexpr std::size_t kLongestClass = 14;
  if (map.names.empty()) throw UsageError("there is nothing to draw: the matrix is empty");
  const double end = static_cast<double>(map.names.size()) - 0.5;
  std::string text = fmt::format(
      "set palette defined (0 '#ffffff', 0.5 '#6baed6', 1 '#08306b')\n"
      "set cbrange [0:1]\nset colorbox\nset cbtics 0.5\nset key off\n"
      "set border 15 linewidth 0.6\nset tics scale 0\nset xtics rotate by 45 right\n"
      "set xlabel {}\nset ylabel {}\nset xrange [-0.5:{}]\nset yrange [{}:-0.5]\n",
      gnuplot_quote(map.x_label), gnuplot_quote(map.y_label), end, end);
  text +=
      names_at_tics("x", map.names, kLongestClass) + names_at_tics("y", map.names, kLongestClass);
  text += "$shares << END_OF_SERIES\n";
  for (std::size_t row = 0; row < map.names.size(); ++row) {
    for (std::size_t column = 0; column < map.names.size(); ++column) {
      text += fmt::format("{} {} {}\n", column, row, number(map.shares[row][column]));
    }
  }
  text += "END_OF_SERIES\nplot $shares using 1:2:3 with image pixels";
  if (map.names.size() <= kMostWithNumbers) {
    for (const auto& [test, colour] : {std::pair{"<", "black"}, std::pair{">=", "white"}}) {
      text += fmt::format(
          ", \\\n     $shares using ($3 {} 0.5 ? $1 : NaN):2:(sprintf('%.2f', $3)) with labels "
          "font ',6' textcolor rgb '{}'",
          test, colour);
    }
  }
  return text + "\n";
}

double height_of(const Drawing& drawing, const Page& page) {
  if (std::holds_alternative<HeatMap>(drawing)) return page.width * 0.8;
  const Chart& chart = std::get<Chart>(drawing);
  constexpr double kCmPerPoint = 2.54 / 72;
  const double line = 1.25 * page.font_size * kCmPerPoint;
  const double curves = chart.rows.empty()
                            ? 0.62 * page.width
                            : (4 + 1.6 * static_cast<double>(chart.rows.size())) * line;
  return curves + line * static_cast<double>(legend_rows(chart));
}

}  // namespace

PlotFormat plot_format_of(const std::filesystem::path& file) {
  const std::string end = file.extension().string();
  if (end == ".svg") return PlotFormat::kSvg;
  if (end == ".pdf") return PlotFormat::kPdf;
  if (end == ".png") return PlotFormat::kPng;
  throw UsageError(
      fmt::format("{}: a name that ends with .svg, .pdf or .png was expected", file.string()));
}

std::string gnuplot_quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  }
  return quoted + "'";
}

std::string gnuplot_script(const Drawing& drawing, const Page& page,
                           const std::filesystem::path& output) {
  const std::string body = std::holds_alternative<HeatMap>(drawing)
                               ? heat_map_script(std::get<HeatMap>(drawing))
                               : ChartScript(std::get<Chart>(drawing)).text();
  return head(page, page.height.value_or(height_of(drawing, page)), output) + body +
         "unset output\n";
}

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "report/chart.h"

#include <fmt/format.h>

#include "report/chart_script.h"
#include "report/heat_map_script.h"
#include "report/script_parts.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

/// Terminal and output. Sizes in cm are those of the printed figure.
std::string head(const Page& page, double height, const std::filesystem::path& output) {
  constexpr double kPixelsPerInch = 300;
  constexpr double kSvgPixelsPerInch = 96;
  constexpr double kCmPerInch = 2.54;
  std::string terminal;
  switch (page.format) {
    case PlotFormat::kSvg: {
      const double pixels = kSvgPixelsPerInch / kCmPerInch;
      terminal = fmt::format("svg size {:.0f},{:.0f} fixed font 'Helvetica,{:g}' linewidth 1",
                             page.width * pixels, height * pixels,
                             font_size_in(page.format, page.font_size));
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

double height_of(const Drawing& drawing, const Page& page) {
  if (const auto* map = std::get_if<HeatMap>(&drawing)) return heat_map_height(*map, page);
  const Chart& chart = std::get<Chart>(drawing);
  constexpr double kPlane = 0.9;  // of the width: both axes are alike
  constexpr double kCurves = 0.62;
  constexpr double kCmPerPoint = 2.54 / 72;
  const double line = 1.25 * page.font_size * kCmPerPoint;
  const double lines = 4 + 1.6 * static_cast<double>(chart.rows.size());
  const double curves =
      chart.rows.empty() ? (chart.bare ? kPlane : kCurves) * page.width : lines * line;
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
                               ? heat_map_script(std::get<HeatMap>(drawing), page)
                               : chart_script(std::get<Chart>(drawing));
  return head(page, page.height.value_or(height_of(drawing, page)), output) + body +
         "unset output\n";
}

}  // namespace stategrad::report

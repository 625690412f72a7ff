// SPDX-License-Identifier: MIT
#include "report/heat_map_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/script_parts.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

constexpr std::size_t kLongestLabel = 14;
/// More numbers have no room in the cells.
constexpr std::size_t kMostWithNumbers = 8;

double largest_of(const HeatMap& map) {
  double largest = 0;
  for (const auto& row : map.values) {
    for (const double value : row) {
      if (std::isfinite(value)) largest = std::max(largest, value);
    }
  }
  return largest > 0 ? largest : 1;
}

/// Where the parts stand, in cm; letters in points.
struct Layout {
  double letters = 0;  ///< of the labels: no higher than the cells
  std::size_t step = 1;
  double left = 0;
  double right = 0;
  double top = 0;
  double bottom = 0;
  double side = 0;
};

bool has_numbers(const HeatMap& map) { return map.counts && map.names.size() <= kMostWithNumbers; }

/// A width is left of the page for the cells; labels get smaller with them, and leave more of it.
Layout layout_of(const HeatMap& map, const Page& page) {
  constexpr double kCmPerPoint = 2.54 / 72;
  constexpr double kSmallestLetters = 4;
  constexpr double kLetterWidth = 0.62;  // of its height
  std::size_t longest = 0;
  for (const std::string& name : map.names) {
    longest = std::max(longest, std::min(name.size(), kLongestLabel + 1));
  }
  const double line = 1.3 * page.font_size * kCmPerPoint;
  Layout layout{.letters = page.font_size};
  for (int pass = 0; pass < 2; ++pass) {
    const double label =
        kLetterWidth * layout.letters * kCmPerPoint * static_cast<double>(longest) + 0.5 * line;
    layout.left = 1.3 * line + label;
    layout.bottom = 1.3 * line + label;
    layout.right = has_numbers(map) ? 0.5 * line : 6 * line;
    layout.top = 0.5 * line;
    layout.side = std::max(page.width - layout.left - layout.right, 0.2 * page.width);
    const double cell = layout.side / static_cast<double>(map.names.size()) / kCmPerPoint;
    layout.letters = std::clamp(0.8 * cell, kSmallestLetters, page.font_size);
    layout.step = static_cast<std::size_t>(std::max(1.0, std::ceil(kSmallestLetters / cell)));
  }
  return layout;
}

/// Axes and their labels; those of the columns stand upright where they are many.
std::string axes_of(const HeatMap& map, const Page& page, const Layout& layout) {
  const double width = page.width;
  const double height = page.height.value_or(heat_map_height(map, page));
  const double size = font_size_in(page.format, layout.letters);
  const double middle_x = (layout.left + 0.5 * layout.side) / width;
  const double middle_y = (1 + (layout.bottom - layout.top) / height) / 2;
  const double line = 1.3 * page.font_size * 2.54 / 72;
  return fmt::format(
             "set lmargin at screen {:.4f}\nset rmargin at screen {:.4f}\n"
             "set bmargin at screen {:.4f}\nset tmargin at screen {:.4f}\n"
             "set label {} at screen {:.4f},{:.4f} center\n"
             "set label {} at screen {:.4f},{:.4f} center rotate by 90\n"
             "set xtics rotate by {} right font ',{:g}'\nset ytics font ',{:g}'\n",
             layout.left / width, (layout.left + layout.side) / width, layout.bottom / height,
             1 - layout.top / height, gnuplot_quote(map.x_label), middle_x, 0.5 * line / height,
             gnuplot_quote(map.y_label), 0.6 * line / width, middle_y,
             map.names.size() > kMostWithNumbers ? 90 : 45, size, size) +
         names_at_tics("x", map.names, kLongestLabel, layout.step) +
         names_at_tics("y", map.names, kLongestLabel, layout.step);
}

std::string cells_of(const HeatMap& map) {
  std::string text = "$cells << END_OF_SERIES\n";
  for (std::size_t row = 0; row < map.names.size(); ++row) {
    for (std::size_t column = 0; column < map.names.size(); ++column) {
      const double value = map.values[row][column];
      if (std::isfinite(value)) text += fmt::format("{} {} {}\n", column, row, value);
    }
  }
  return text + "END_OF_SERIES\n";
}

/// White on dark cells, black on light ones.
std::string numbers_in_cells(const Page& page, double largest) {
  constexpr double kSmaller = 0.8;
  constexpr double kDark = 0.25;  // of the largest; half the strength of the colour
  std::string text;
  for (const auto& [test, colour] : {std::pair{"<=", "black"}, std::pair{">", "white"}}) {
    text += fmt::format(
        ", \\\n     $cells using ($3 {} {} ? $1 : NaN):2:(sprintf('%.0f', $3)) with labels "
        "font ',{:g}' textcolor rgb '{}'",
        test, kDark * largest, font_size_in(page.format, kSmaller * page.font_size), colour);
  }
  return text;
}

}  // namespace

double heat_map_height(const HeatMap& map, const Page& page) {
  const Layout layout = layout_of(map, page);
  return layout.top + layout.side + layout.bottom;
}

std::string heat_map_script(const HeatMap& map, const Page& page) {
  if (map.names.empty()) throw UsageError("there is nothing to draw: the matrix is empty");
  const double end = static_cast<double>(map.names.size()) - 0.5;
  const double largest = largest_of(map);
  constexpr const char* kBoxes = "using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5)";
  const std::string text = fmt::format(
      // From white to the first colour of charts, by the root: small values are seen too.
      "set palette functions 1-sqrt(gray), 1-0.553*sqrt(gray), 1-0.302*sqrt(gray)\n"
      "set cbrange [0:{}]\nset cblabel {}\n{}set key off\n"
      "set border 15 linewidth 0.6\nset tics scale 0\n"
      "set xrange [-0.5:{}]\nset yrange [{}:-0.5]\n",
      largest, gnuplot_quote(map.value_label), has_numbers(map) ? "unset colorbox\n" : "", end,
      end);
  return text + axes_of(map, page, layout_of(map, page)) + cells_of(map) +
         fmt::format(
             "plot $cells {}:3 with boxxyerror fillcolor palette fillstyle solid noborder, \\\n"
             "     $cells {} with boxxyerror linecolor rgb '#d8d8d8' linewidth 0.3 "
             "fillstyle empty border",
             kBoxes, kBoxes) +
         (has_numbers(map) ? numbers_in_cells(page, largest) : "") + "\n";
}

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "report/script_parts.h"

#include <fmt/format.h>

#include <cmath>

#include "text/utf8.h"

namespace stategrad::report {

std::string shortened(const std::string& name, std::size_t longest) {
  std::size_t letters = 0;
  for (std::size_t at = 0; at < name.size();) {
    const std::size_t before = at;
    (void)text::read_code_point(name, at);
    if (++letters > longest) return name.substr(0, before) + "…";
  }
  return name;
}

std::string number_in_script(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "NaN";
}

double font_size_in(PlotFormat format, double points) {
  constexpr double kSvgPixelsPerPoint = 96.0 / 72;
  return format == PlotFormat::kSvg ? points * kSvgPixelsPerPoint : points;
}

std::string names_at_tics(const char* axis, const std::vector<std::string>& names,
                          std::size_t longest, std::size_t step) {
  std::string tics;
  for (std::size_t i = 0; i < names.size(); i += step) {
    std::string name;
    for (const char c : shortened(names[i], longest)) {
      name += c == '%' ? std::string("%%") : std::string(1, c);  // a label is a format for gnuplot
    }
    tics += fmt::format("{}{} {}", i == 0 ? "" : ", ", gnuplot_quote(name), i);
  }
  return fmt::format("set {}tics ({})\n", axis, tics);
}

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// The figures of the results, from summary.json (docs/formats.md).
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "report/chart.h"

namespace stategrad::report {

struct FigureKind {
  const char* name;
  const char* shows;  ///< in a few words
  const char* needs;  ///< key of summary.json
  const char* made;   ///< how that key comes to be there
};

/// All figures, in the order of the list.
[[nodiscard]] std::vector<FigureKind> figure_kinds();

struct FigureRequest {
  std::string name;
  std::optional<std::string> state = {};    ///< none: the first one
  std::optional<int> layer = {};            ///< none: the first one
  std::vector<std::string> classes = {};    ///< in this order; empty: all words, and the first few
  std::optional<std::string> measure = {};  ///< of spectrum.csv; none: what suits the figure
  bool log = false;                         ///< logarithmic values
};

/// A figure, and what the caller should tell of it.
struct Figure {
  Drawing drawing;
  std::vector<std::string> notes;
};

/// @throws UsageError for a figure, state, layer, class or measure that is not there, naming those
///   that are, and for a figure whose numbers nobody computed, naming what does;
///   nlohmann::json::exception if the summary has another form
[[nodiscard]] Figure make_figure(const nlohmann::json& summary, const FigureRequest& request);

}  // namespace stategrad::report

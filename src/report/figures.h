// SPDX-License-Identifier: MIT
//
// The figures of the results, from summary.json (docs/formats.md): those of the page.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "report/chart.h"

namespace stategrad::report {

struct FigureKind {
  const char* name;
  const char* shows;    ///< in a few words
  const char* needs;    ///< key of summary.json
  const char* made;     ///< how that key comes to be there
  const char* options;  ///< of the choices in FigureRequest, those that it has
};

/// All figures, in the order of the list.
[[nodiscard]] std::vector<FigureKind> figure_kinds();

/// What to draw; without a choice, what the page shows first.
struct FigureRequest {
  std::string name;
  std::optional<std::string> state = {};
  std::optional<int> layer = {};
  std::vector<std::string> classes = {};  ///< in this order
  std::optional<std::string> measure = {};
  std::optional<int> delay = {};
  std::optional<std::string> group = {};     ///< of classes, of a probe
  std::optional<std::string> compare = {};   ///< results of another model
  std::optional<std::string> sentence = {};  ///< words that are in it
  std::optional<bool> log = {};              ///< logarithmic values
};

/// A figure, and what the caller should tell of it.
struct Figure {
  Drawing drawing;
  std::vector<std::string> notes;
};

/// @param summary summary.json, and sentences.json under `sentences`
/// @throws UsageError for a figure or a choice that is not there, naming those that are, and for a
///   figure whose numbers nobody computed, naming what does;
///   nlohmann::json::exception if the summary has another form
[[nodiscard]] Figure make_figure(const nlohmann::json& summary, const FigureRequest& request);

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// What the figures have in common: finding their part of summary.json, and curves from it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/figures.h"

namespace stategrad::report {

/// Curves that a figure shows when none are named: more are hard to tell apart.
constexpr std::size_t kMostCurves = kLooks;

/// One figure in the making.
struct Sketch {
  const nlohmann::json& part;  ///< of the summary, that the figure needs
  const FigureRequest& request;
  std::vector<std::string>& notes;

  /// The entries of an array that are of the state and layer asked for, or else of those of its
  /// first entry, with a note if there are others.
  /// @throws UsageError naming what there is
  [[nodiscard]] std::vector<const nlohmann::json*> of_state(const nlohmann::json& array) const;

  /// The classes of the state of the part that is drawn. @throws UsageError if there are none
  [[nodiscard]] const nlohmann::json& classes() const;

  /// Places of the names that were asked for by --class, or else of the first ones, with a note if
  /// others are left out.
  /// @throws UsageError naming those that there are
  [[nodiscard]] std::vector<std::size_t> chosen(const std::vector<std::string>& names,
                                                std::size_t most = kMostCurves) const;
};

/// The part of the summary that a figure needs.
/// @throws UsageError saying which command makes it
[[nodiscard]] const nlohmann::json& part_of(const nlohmann::json& summary, const FigureKind& kind);

/// The values of a key.
[[nodiscard]] std::vector<std::string> names_of(const nlohmann::json& array, const char* key);
[[nodiscard]] std::vector<std::string> names_of(const std::vector<const nlohmann::json*>& array,
                                                const char* key);

/// A number; nan for null or no such key.
[[nodiscard]] double number_at(const nlohmann::json& object, const std::string& key);

/// A point without a band.
[[nodiscard]] ChartPoint bare_point(double x, double y);

/// {estimate, low, high} above x.
[[nodiscard]] ChartPoint estimated_point(double x, const nlohmann::json& estimate);

/// A measure over the delays of a list.
/// @throws UsageError naming the measures that there are
[[nodiscard]] ChartSeries curve_of(const nlohmann::json& delays, const std::string& measure,
                                   std::string name, std::size_t look);

/// A level across the curves of a chart.
[[nodiscard]] ChartSeries level_across(const Chart& chart, double level, std::string name);

/// Of the class at a place among the classes: all words, the first, are grey; no other class is.
[[nodiscard]] std::size_t look_of_class(std::size_t place);

/// "word_order" as people write it: "word order".
[[nodiscard]] std::string in_words(std::string key);

}  // namespace stategrad::report

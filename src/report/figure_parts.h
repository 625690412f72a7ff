// SPDX-License-Identifier: MIT
//
// What the figures have in common: finding their part of summary.json, and curves from it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "report/figures.h"

namespace stategrad::report {

/// Classes that a figure shows when none are named.
constexpr std::size_t kMostClasses = 6;

/// The part of the summary that a figure needs.
/// @throws UsageError saying which command makes it
[[nodiscard]] const nlohmann::json& part_of(const nlohmann::json& summary, const FigureKind& kind);

/// The entries of an array that are of the state and layer asked for, or else of those of its
/// first entry, with a note if there are others.
/// @throws UsageError naming what there is
[[nodiscard]] std::vector<const nlohmann::json*> entries_of_state(const nlohmann::json& array,
                                                                  const FigureRequest& request,
                                                                  std::vector<std::string>& notes);

/// The classes that were asked for, or else the first ones, with a note if others are left out.
/// @param key of their names
/// @throws UsageError naming those that there are
[[nodiscard]] std::vector<const nlohmann::json*> chosen_classes(const nlohmann::json& classes,
                                                                const char* key,
                                                                const FigureRequest& request,
                                                                std::vector<std::string>& notes);

/// A number; nan for null or no such key.
[[nodiscard]] double number_at(const nlohmann::json& object, const std::string& key);

/// A measure {estimate, low, high} over the delays of a list.
/// @throws UsageError naming the measures that there are
[[nodiscard]] ChartSeries curve_of(const nlohmann::json& delays, const std::string& measure,
                                   std::string name);

/// Keys of a delay that hold an estimate.
[[nodiscard]] std::vector<std::string> measures_in(const nlohmann::json& delays);

/// "word_order" as people write it: "word order".
[[nodiscard]] std::string in_words(std::string key);

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// What the parts of the results share: their place in summary.json and among the CSV files.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/jackknife.h"
#include "io/table.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::report {

/// Keeps the order of its keys.
using Json = nlohmann::ordered_json;

/// One part of the results, as files.
struct ResultPart {
  std::string key;  ///< of summary.json
  Json json;        ///< null: not computed, no such key
  struct File {
    std::string name;                ///< such as spectrum.csv
    std::optional<io::Table> table;  ///< none: not computed, and a file of an earlier run goes
  };
  std::vector<File> files = {};
};

/// A number; nothing if it is not finite.
[[nodiscard]] io::Cell cell_of(const std::optional<double>& value);
[[nodiscard]] Json number_json(const std::optional<double>& value);
[[nodiscard]] Json cell_json(const io::Cell& cell);
/// The number of so many significant digits that is nearest to a finite one.
[[nodiscard]] double rounded(double value, int digits);

/// Whether a number is a share, from 0 to 1, to which its interval is cut then.
enum class Bounded { kNo, kShare };

/// {estimate, error, low, high}, with the 95 % confidence interval.
/// @param blocks that the error comes from
[[nodiscard]] Json estimate_json(const analysis::Estimate& estimate, int blocks,
                                 Bounded bounded = Bounded::kNo);
/// The cells of the columns estimate, low, high and error.
void append_estimate(const analysis::Estimate& estimate, int blocks, std::vector<io::Cell>& row,
                     Bounded bounded = Bounded::kNo);

/// The first cells of a row: the columns state and layer.
[[nodiscard]] std::vector<io::Cell> state_cells(const StateOfLayer& state);
/// {state, layer}
[[nodiscard]] Json state_json(const StateOfLayer& state);

}  // namespace stategrad::report

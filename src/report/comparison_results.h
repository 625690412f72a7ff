// SPDX-License-Identifier: MIT
//
// Which classes differ.
#pragma once

#include <vector>

#include "io/table.h"
#include "report/result_part.h"
#include "report/results.h"

namespace stategrad::report {

/// All pairs of classes of the same group at every key delay that both have, with corrected p.
[[nodiscard]] std::vector<ComparisonResult> compare(const std::vector<ClassResult>& classes);

[[nodiscard]] Json comparison_json(const ComparisonResult& comparison);

/// A row per state, pair of classes and delay.
[[nodiscard]] io::Table comparisons_table(const Results& results);

}  // namespace stategrad::report

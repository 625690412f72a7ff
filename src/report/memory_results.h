// SPDX-License-Identifier: MIT
//
// How the measures of a class fall with the delay.
#pragma once

#include <vector>

#include "io/table.h"
#include "report/result_part.h"
#include "report/results.h"

namespace stategrad::report {

/// Half-life, horizons and law of decay of raw_leading, raw_leading_cross_validated,
/// normalised_leading and mean_norm. A class whose first delays are missing has none.
[[nodiscard]] std::vector<MemoryResult> memory_of(const std::vector<DelayResult>& delays);

[[nodiscard]] Json memory_json(const MemoryResult& memory);

/// A row per state, class and measure: when it has fallen to 1/2, 1/10 and 1 %, the law of decay,
/// and the interval and error of the half-life where they are known.
[[nodiscard]] io::Table memory_table(const Results& results);

}  // namespace stategrad::report

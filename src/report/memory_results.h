// SPDX-License-Identifier: MIT
//
// What follows from the measures of all delays and classes.
#pragma once

#include <vector>

#include "report/results.h"

namespace stategrad::report {

/// Half-life, horizons and law of decay of raw_leading, normalised_leading and mean_norm. A class
/// whose first delays are missing has none.
[[nodiscard]] std::vector<MemoryResult> memory_of(const std::vector<DelayResult>& delays);

/// All pairs of classes of the same group at every delay that both have, with corrected p.
[[nodiscard]] std::vector<ComparisonResult> compare(const std::vector<ClassResult>& classes);

}  // namespace stategrad::report

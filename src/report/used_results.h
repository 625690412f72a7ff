// SPDX-License-Identifier: MIT
//
// What predictions use of earlier words: measures of sums over used gradients.
#pragma once

#include "report/result_part.h"
#include "report/results.h"
#include "sinks/class_statistics.h"

namespace stategrad::report {

/// All words first, then every class, at every delay where something was counted; nothing if the
/// file has no such sums. @throws DataError or ResourceError as the reader
[[nodiscard]] std::vector<UsedResult> evaluate_used(const sinks::ClassStatisticsReader& reader);

/// The key `used` of summary.json and used.csv; nothing in them if there are no results.
[[nodiscard]] ResultPart used_part(const std::vector<UsedResult>& results);

}  // namespace stategrad::report

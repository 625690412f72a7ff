// SPDX-License-Identifier: MIT
//
// How far state gradients can be trusted: measures of linear validity.
#pragma once

#include "report/result_part.h"
#include "report/results.h"
#include "sinks/class_statistics.h"

namespace stategrad::report {

/// Of every state all words first, then the classes of which a word was replaced; nothing if there
/// is no sample. Means are over the samples of which the true change can be told from rounding,
/// errors those of the jackknife over the blocks in which the replaced words stand.
[[nodiscard]] std::vector<ValidityResult> evaluate_validity(const sinks::ClassStatistics& head);

/// The key `validity` of summary.json and validity.csv; nothing in them if there are no results.
[[nodiscard]] ResultPart validity_part(const std::vector<ValidityResult>& results);

}  // namespace stategrad::report

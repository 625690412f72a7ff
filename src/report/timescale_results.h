// SPDX-License-Identifier: MIT
//
// How long the units would keep what is in them: measures of sums over gates.
#pragma once

#include "report/result_part.h"
#include "report/results.h"
#include "sinks/class_statistics.h"

namespace stategrad::report {

/// All units of every layer; nothing if there are no sums over gates.
[[nodiscard]] std::vector<LayerTimescales> evaluate_timescales(const sinks::ClassStatistics& head);

/// The key `timescales` of summary.json and timescales.csv; nothing in them if there are no
/// results. An infinite timescale is null, or empty.
[[nodiscard]] ResultPart timescales_part(const std::vector<LayerTimescales>& results);

}  // namespace stategrad::report

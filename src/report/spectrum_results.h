// SPDX-License-Identifier: MIT
//
// The measures of every class and delay, as files.
#pragma once

#include "io/table.h"
#include "report/result_part.h"
#include "report/results.h"

namespace stategrad::report {

[[nodiscard]] Json delay_json(const DelayResult& result);

/// A row per state, class, delay and measure: estimate, standard error, confidence interval, noise.
[[nodiscard]] io::Table spectrum_table(const Results& results);

}  // namespace stategrad::report

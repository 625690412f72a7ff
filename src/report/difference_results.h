// SPDX-License-Identifier: MIT
//
// How well difference vectors are remembered.
#pragma once

#include "report/result_part.h"
#include "report/results.h"

namespace stategrad::report {

/// The key `differences`: an object per difference, state and class; and differences.csv, with a
/// row per measure of each delay. Without differences neither.
[[nodiscard]] ResultPart differences_part(const Results& results);

}  // namespace stategrad::report

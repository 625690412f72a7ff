// SPDX-License-Identifier: MIT
//
// Whether different delays and classes remember the same directions.
#pragma once

#include <vector>

#include "report/result_part.h"
#include "report/results.h"

namespace stategrad::report {

/// All pairs of key delays of all words, and all pairs of classes of the same group at every key
/// delay that both have. Pairs of which one remembers fewer than k directions are left out.
/// @param classes with their subspaces
[[nodiscard]] std::vector<AngleResult> angles_of(const std::vector<ClassResult>& classes, int k);

/// The key `angles`: an object per pair, those of compare_models() too; and angles.csv, with a row
/// per pair. Without a whitening neither.
[[nodiscard]] ResultPart angles_part(const Results& results);

}  // namespace stategrad::report

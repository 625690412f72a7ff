// SPDX-License-Identifier: MIT
//
// Which classes differ.
#pragma once

#include <vector>

#include "io/table.h"
#include "report/result_part.h"
#include "report/results.h"

namespace stategrad::report {

/// All pairs of classes of the same group at every key delay that both have, with corrected p: by
/// the cross-validated leading singular value of the mean.
[[nodiscard]] std::vector<ComparisonResult> compare(const std::vector<ClassResult>& classes);

/// All pairs of classes of the same group by their half-lives, with corrected p of their own; those
/// whose half-life is not reached without every block are left out.
[[nodiscard]] std::vector<ComparisonResult> compare_half_lives(
    const std::vector<ClassResult>& classes);

/// The same as compare() for used gradients: by the mean of |u|. (|ū| is raised by scatter, more so
/// for rare classes.)
[[nodiscard]] std::vector<ComparisonResult> compare_used(const std::vector<UsedResult>& classes);

[[nodiscard]] Json comparison_json(const ComparisonResult& comparison);

/// A row per state, pair of classes and delay, and per state and pair of half-lives, which are of
/// no delay; then those of used gradients, which are of no state.
[[nodiscard]] io::Table comparisons_table(const Results& results);

/// The key `used_comparisons` of summary.json; nothing if there are no used gradients.
[[nodiscard]] ResultPart used_comparisons_part(const Results& results);

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// How well each word is remembered.
#pragma once

#include "io/table.h"
#include "report/result_part.h"
#include "sinks/class_statistics.h"

namespace stategrad::report {

/// A row per state and word: how often it occurs, and the mean norm of its state gradients at every
/// delay; empty where the text ends.
[[nodiscard]] io::Table words_table(const sinks::ClassStatistics& head);

[[nodiscard]] ResultPart words_part(const sinks::ClassStatistics& head);

}  // namespace stategrad::report

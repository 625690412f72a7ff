// SPDX-License-Identifier: MIT
//
// How well each word is remembered.
#pragma once

#include "io/table.h"
#include "report/result_part.h"
#include "sinks/class_statistics.h"

namespace stategrad::report {

/// So many words summary.json has, the most frequent ones; words.csv has all.
inline constexpr int kMostWords = 2000;

/// A row per state and word: how often it occurs, and the mean norm of its state gradients at every
/// delay; empty where the text ends.
[[nodiscard]] io::Table words_table(const sinks::ClassStatistics& head);

/// words.csv, and the key word_delays: per state {state, layer, delays, of, words}, with the mean
/// norms of the most frequent words at the key delays, and how many words there are.
[[nodiscard]] ResultPart words_part(const sinks::ClassStatistics& head);

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// Results as files (docs/formats.md).
#pragma once

#include <filesystem>

#include "io/table.h"
#include "report/results.h"
#include "sinks/class_statistics.h"

namespace stategrad::report {

/// A row per state, class, delay and measure: estimate, standard error, confidence interval, noise.
[[nodiscard]] io::Table spectrum_table(const Results& results);

/// A row per state, class and measure: when it has fallen to 1/2, 1/10 and 1 %, and the law of
/// decay.
[[nodiscard]] io::Table memory_table(const Results& results);

/// A row per state, pair of classes and delay.
[[nodiscard]] io::Table comparisons_table(const Results& results);

/// A row per state and word: how often it occurs, and the mean norm of its state gradients at every
/// delay; empty where the text ends.
[[nodiscard]] io::Table words_table(const sinks::ClassStatistics& head);

/// Writes spectrum.csv, memory.csv, comparisons.csv, words.csv and summary.json; each appears
/// whole.
/// @throws DataError or ResourceError naming the file
void write_results(const std::filesystem::path& directory, const Results& results,
                   const sinks::ClassStatistics& head);

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// Results as files: spectrum.csv, words.csv and summary.json (docs/formats.md).
#pragma once

#include <filesystem>

#include "io/table.h"
#include "report/results.h"
#include "sinks/class_statistics.h"

namespace stategrad::report {

/// A row per state, class, delay and measure: estimate, standard error, noise, count.
[[nodiscard]] io::Table spectrum_table(const Results& results);

/// A row per state and word: how often it occurs, and the mean norm of its state gradients at every
/// delay; empty where the text ends.
[[nodiscard]] io::Table words_table(const sinks::ClassStatistics& head);

/// Writes the three files; each appears whole.
/// @throws DataError or ResourceError naming the file
void write_results(const std::filesystem::path& directory, const Results& results,
                   const sinks::ClassStatistics& head);

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// Results as files (docs/formats.md).
#pragma once

#include <filesystem>

#include "report/results.h"
#include "sinks/class_statistics.h"

namespace stategrad::report {

/// Writes summary.json and the CSV files of all parts; each appears whole.
/// @throws DataError or ResourceError naming the file
void write_results(const std::filesystem::path& directory, const Results& results,
                   const sinks::ClassStatistics& head);

}  // namespace stategrad::report

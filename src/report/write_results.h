// SPDX-License-Identifier: MIT
//
// Results as files (docs/formats.md).
#pragma once

#include <filesystem>

#include "report/result_part.h"
#include "report/results.h"
#include "sinks/class_statistics.h"

namespace stategrad::report {

/// Writes summary.json, sentences.json, the CSV files of all parts and the page, if there is one;
/// each appears whole.
/// @param probe read_probe_json(); null: no probe was made
/// @param analysis read_analysis_json(); null: not known
/// @throws DataError or ResourceError naming the file
void write_results(const std::filesystem::path& directory, const Results& results,
                   const sinks::ClassStatistics& head, const Json& probe = nullptr,
                   const Json& analysis = nullptr);

}  // namespace stategrad::report

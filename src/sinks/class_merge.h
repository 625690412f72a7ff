// SPDX-License-Identifier: MIT
//
// From parts to a file, and from the files of several shards to one.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sinks/class_statistics.h"

namespace stategrad::sinks {

/// What a file gets beside what its parts hold.
struct ModelTables {
  std::vector<double> embedding;                    ///< [V, E]
  std::vector<std::string> vocabulary;              ///< [V]
  std::vector<double> embedding_sum;                ///< [S, E] over the sources of all pieces
  std::optional<gradient::GateLogs> gates = {};     ///< likewise
  std::optional<ValidityStatistics> validity = {};  ///< likewise
  SentenceNorms sentences = {};                     ///< of the text of all pieces
};

/// Adds up pieces of one analysis, each over other sources of the same text, to one file. The sums
/// do not depend on the order of the pieces beyond rounding. One signature of one piece is in
/// memory at a time, and the sums of the result for one signature and for the whole.
/// @param pieces parts (with tables), or whole files of shards (without)
/// @param on_progress called with the number of signatures done
/// @throws UsageError naming the piece that is of another analysis or shares sources with an
///   earlier one; DataError as the reader
void merge_class_statistics(const std::vector<std::filesystem::path>& pieces, bool parts,
                            const ModelTables* tables, const std::filesystem::path& target,
                            const std::function<void(std::int64_t)>& on_progress = {});

/// Whether two descriptions are of the same analysis, but for the sources.
[[nodiscard]] bool same_analysis(const ClassStatistics& a, const ClassStatistics& b);

}  // namespace stategrad::sinks

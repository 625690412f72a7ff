// SPDX-License-Identifier: MIT
//
// An analysis before its first word.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "cli/analysis_pass.h"
#include "cli/sentence_pass.h"
#include "sinks/class_statistics.h"
#include "sinks/linear_validity.h"
#include "stategrad/language_model.h"
#include "text/token_classes.h"

namespace stategrad::cli {

/// The folder of finished blocks, among the results.
inline constexpr const char* kParts = "parts";

/// Checked, and nothing changed.
struct AnalysisPlan {
  GradientRun run;                    ///< over all sources
  text::TokenClasses classes;         ///< without signatures of positions if there are no classes
  sinks::ClassStatistics wanted;      ///< what the parts must be of
  sinks::ReplacementSample replaced;  ///< words of the shard, for linear validity
  std::uint64_t memory = 0;           ///< that the process will hold at most, about
  std::uint64_t disk = 0;             ///< written at most, parts included
};

/// @throws UsageError, DataError or ResourceError for what cannot be
template <class Real>
[[nodiscard]] AnalysisPlan plan_analysis(const LanguageModel<Real>& model,
                                         std::span<const WordId> text, const OpenedModel& opened,
                                         const AnalysisRequest& request, int threads);

/// The blocks of a shard, and which of their sources are still to come.
struct AnalysisWork {
  std::vector<std::filesystem::path> parts;  ///< of the blocks that have sources
  std::vector<std::int64_t> sources;         ///< still to come, rising
  std::int64_t positions = 0;                ///< all sources
  std::int64_t done = 0;                     ///< those of blocks that an earlier run had finished
  SentencePlan sentences;                    ///< of the shard, once they are planned
};

/// @throws DataError if a part is of another analysis
[[nodiscard]] AnalysisWork find_work(const AnalysisPlan& plan, const AnalysisRequest& request,
                                     const std::filesystem::path& parts);

}  // namespace stategrad::cli

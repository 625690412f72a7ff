// SPDX-License-Identifier: MIT
//
// One pass over a text that sums state gradients up by class, word and block of the text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/dry_run.h"
#include "cli/model_arguments.h"
#include "cli/sentence_pass.h"
#include "report/evaluation_choices.h"
#include "stategrad/state_gradients.h"
#include "text/class_definitions.h"

namespace stategrad::cli {

/// Part i of n of a text.
struct Shard {
  std::int64_t number = 1;  ///< i, from 1
  std::int64_t of = 1;      ///< n
};

/// @param text such as 2/5
/// @throws UsageError unless it is i/n with 1 <= i <= n
[[nodiscard]] Shard parse_shard(const std::string& text);
/// Sources [first, last) of a shard: stretches of equal length, to one word.
[[nodiscard]] std::pair<std::int64_t, std::int64_t> sources_of(const Shard& shard,
                                                               std::int64_t words);

struct AnalysisRequest {
  std::filesystem::path text;
  std::filesystem::path output;  ///< folder
  bool overwrite = false;
  GradientOptions options;  ///< without sources; continuous
  int blocks = 10;
  std::int64_t sample = 0;  ///< sources whose gradients are looked at one by one, of the whole text
  text::ClassDefinitions classes;  ///< none: all words are alike
  Shard shard;
  std::uint64_t seed = 1;                      ///< of the sample
  std::optional<std::uintmax_t> memory_limit;  ///< bytes that the process may take
  std::int64_t probe_sample = 0;               ///< ProbeRequest::sample; 0: no probe
  std::vector<int> probe_delays;               ///< of states; those below max_delay are taken
  report::EvaluationChoices choices;           ///< checked before the pass
  bool used = true;                            ///< whether used gradients are summed up too
  SentenceRequest sentences;
  std::int64_t validity_sample = 0;  ///< words, of the whole text, that are replaced; 0: none
};

struct AnalysisSummary {
  std::filesystem::path file;  ///< statistics.h5
  std::int64_t words = 0;      ///< of the text
  std::int64_t positions = 0;  ///< sources of the shard
  std::int64_t continued = 0;  ///< of them, those of blocks that an earlier run had finished
  std::size_t classes = 0;     ///< C
  double seconds = 0;
};

/// Probes the classes first, unless there are none or this is a shard. Then makes the pass, block
/// by block of the text: every finished block stays in the folder `parts` until all are there, so
/// that the same command goes on after an interruption. Then the blocks become statistics.h5, which
/// appears whole, and `parts` is removed.
/// @throws ResourceError if memory or disk do not suffice, or the memory limit does not, naming the
///   number of classes; DataError naming the folder if it holds results and overwrite is not set,
///   or an unfinished analysis of something else; Interrupted; what compute_state_gradients() and
///   sinks::ClassSums throw
AnalysisSummary run_analysis_pass(const OpenedModel& opened, const AnalysisRequest& request,
                                  const Session& session, ThreadTeam& team);

/// What the pass, and before it the probe, would take; nothing is written.
/// @throws what run_analysis_pass() throws before it
[[nodiscard]] std::vector<StepForecast> forecast_analysis_pass(const OpenedModel& opened,
                                                               const AnalysisRequest& request,
                                                               const Session& session,
                                                               ThreadTeam& team);

}  // namespace stategrad::cli

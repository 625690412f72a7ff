// SPDX-License-Identifier: MIT
//
// A pass of state gradients from a model and a text to files, as the commands gradients and run do
// it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/dry_run.h"
#include "cli/model_arguments.h"
#include "sinks/output_format.h"
#include "sinks/statistics_file.h"
#include "stategrad/state_gradients.h"

namespace stategrad::cli {

struct PassRequest {
  std::filesystem::path text;
  std::vector<sinks::OutputFormat> formats;
  std::filesystem::path output;  ///< folder; may be empty if no format writes files
  bool overwrite = false;
  GradientOptions options;                ///< without sources
  int blocks = sinks::kDefaultBlocks;     ///< of the text, statistics only
  std::optional<std::int64_t> positions;  ///< size of the sample of sources; none: all
  /// Ends as soon as the error is below so many per cent (until_error.h); statistics alone.
  std::optional<double> until_error;
  std::uint64_t seed = 1;                      ///< of the sample
  std::optional<std::uintmax_t> memory_limit;  ///< bytes that the process may take
};

struct PassSummary {
  std::int64_t words = 0;      ///< read
  std::int64_t left_out = 0;   ///< at the end, where there is no whole window
  std::int64_t positions = 0;  ///< sources
  std::int64_t blocks = 0;     ///< state gradients delivered
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;  ///< forecast
  double seconds = 0;
  std::optional<double> error_percent;  ///< of a pass until an error
};

/// "state gradients of 1,200 words (34 at the end left out) at 0.123 ms each", and for a part of
/// the sources "..., to a sample of 100, error 4.2 %"
[[nodiscard]] std::string to_text(const PassSummary& summary);

/// Changes nothing, so that a pass that must fail can be refused before anything is computed.
/// @throws UsageError if a folder is needed and not given, DataError if the rules of
///   sinks::check_output_folder() do not allow it
void check_output(const PassRequest& request);

/// What run_gradient_pass() will take, from its first words. Refuses what that refuses; writes
/// nothing.
StepForecast forecast_gradient_pass(const OpenedModel& opened, const PassRequest& request,
                                    const Session& session, ThreadTeam& team);

/// Says how many files and bytes it will write, refuses what the folder's rules or the disk do not
/// allow, then makes the pass with progress on standard error.
/// @throws DataError naming the text if windows are asked and it has less than one; what
///   check_output() and compute_state_gradients() throw
PassSummary run_gradient_pass(const OpenedModel& opened, const PassRequest& request,
                              const Session& session, ThreadTeam& team);

/// The states of --state and --layer.
/// @param state cell, hidden or both
/// @param layer a number, top or all
/// @throws UsageError for another text
[[nodiscard]] std::vector<StateOfLayer> parse_states(const std::string& state,
                                                     const std::string& layer, int num_layers);

}  // namespace stategrad::cli

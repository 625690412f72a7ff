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
#include "stategrad/state_gradients.h"

namespace stategrad::cli {

struct PassRequest {
  std::filesystem::path text;
  std::vector<sinks::OutputFormat> formats;
  std::filesystem::path output;  ///< folder; may be empty if no format writes files
  bool overwrite = false;
  GradientOptions options;
  std::optional<std::uintmax_t> memory_limit;  ///< bytes that the process may take
};

struct PassSummary {
  std::int64_t words = 0;   ///< read
  std::int64_t blocks = 0;  ///< state gradients delivered
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;  ///< forecast
  double seconds = 0;
};

/// What run_gradient_pass() will take, from its first words. Refuses what that refuses; writes
/// nothing.
StepForecast forecast_gradient_pass(const OpenedModel& opened, const PassRequest& request,
                                    const Session& session, ThreadTeam& team);

/// Says how many files and bytes it will write, refuses what the folder's rules or the disk do not
/// allow, then makes the pass with progress on standard error.
PassSummary run_gradient_pass(const OpenedModel& opened, const PassRequest& request,
                              const Session& session, ThreadTeam& team);

/// The states of --state and --layer.
/// @param state cell, hidden or both
/// @param layer a number, top or all
/// @throws UsageError for another text
[[nodiscard]] std::vector<StateOfLayer> parse_states(const std::string& state,
                                                     const std::string& layer, int num_layers);

}  // namespace stategrad::cli

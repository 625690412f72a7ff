// SPDX-License-Identifier: MIT
//
// Which state gradients of which text: what gradients and analyze have in common.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/model_arguments.h"
#include "stategrad/state_gradients.h"

namespace stategrad::cli {

struct StateArguments {
  std::string text;                  ///< --text
  std::optional<int> max_delay;      ///< --max-delay
  std::optional<std::string> state;  ///< --state
  std::string layer = "top";         ///< --layer
};

/// --text, --max-delay, --state and --layer.
void add_state_options(CLI::App& command, StateArguments& arguments);

/// The file of --text or of the inputs, or the validation file of the model's data.
/// @throws UsageError if a text is given beside inputs, or a cell module has neither
[[nodiscard]] std::filesystem::path text_file(const StateArguments& arguments,
                                              const OpenedModel& opened);

/// Delays and states; what the command line leaves open is taken from the configuration.
/// @throws UsageError as parse_states()
void choose_states(const StateArguments& arguments, const OpenedModel& opened,
                   GradientOptions& options);

}  // namespace stategrad::cli

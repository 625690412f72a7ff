// SPDX-License-Identifier: MIT
#include "cli/state_arguments.h"

#include <CLI/CLI.hpp>

#include "cli/gradient_pass.h"
#include "stategrad/errors.h"
#include "text/dataset.h"

namespace stategrad::cli {

void add_state_options(CLI::App& command, StateArguments& arguments) {
  command
      .add_option("--text", arguments.text,
                  "Text file (default: the validation file of the model's data)")
      ->type_name("FILE");
  command
      .add_option("--max-delay", arguments.max_delay,
                  "Delays 0 to D-1 (default: max_delay of the configuration, else 50)")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("D");
  command
      .add_option("--state", arguments.state,
                  "cell, hidden or both (default: grad_interm of the configuration, else cell); "
                  "GRU and RNN have only the hidden state")
      ->check(CLI::IsMember({"cell", "hidden", "both"}))
      ->type_name("STATE");
  command.add_option("--layer", arguments.layer, "A layer from 0, top or all")
      ->type_name("LAYER")
      ->capture_default_str();
}

std::filesystem::path text_file(const StateArguments& arguments, const OpenedModel& opened) {
  if (!opened.inputs.empty()) {
    if (arguments.text.empty()) return opened.inputs;
    throw UsageError("--inputs takes the place of --text: give one of them");
  }
  if (!arguments.text.empty()) return arguments.text;
  if (!opened.other_files.empty()) {
    throw UsageError("--cell-module has no data of its own: give --text FILE, or --inputs X.npy");
  }
  return text::data_files(opened.config).valid;
}

void choose_states(const StateArguments& arguments, const OpenedModel& opened,
                   GradientOptions& options) {
  const Config& config = opened.config;
  options.max_delay = arguments.max_delay.value_or(config.max_delay.value_or(50));
  const std::string state = std::string(to_string(config.grad_interm.value_or(StateKind::kCell)));
  options.states = parse_states(arguments.state.value_or(state), arguments.layer,
                                opened.description.architecture.num_layers);
}

}  // namespace stategrad::cli

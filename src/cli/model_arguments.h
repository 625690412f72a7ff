// SPDX-License-Identifier: MIT
//
// The model that a command works with: --config or --model.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/outside_model.h"
#include "cli/session.h"
#include "model/model_directory.h"

namespace stategrad::cli {

struct ModelArguments {
  std::string config_file;             ///< --config
  std::string directory;               ///< --model
  std::vector<std::string> overrides;  ///< --set
  std::string weights = "last";        ///< --weights
  OutsideArguments outside;            ///< of commands that have add_outside_options()
};

/// --config or --model, --set and --weights.
void add_model_options(CLI::App& command, ModelArguments& arguments);

/// A model as a command line names it.
struct OpenedModel {
  std::filesystem::path directory;
  std::filesystem::path weights_file;
  WhichWeights weights = WhichWeights::kLast;  ///< of a model directory
  model::ModelDescription description;
  Config config;  ///< of --config, or the model's own; with --set applied
  AnyLanguageModel model;
  std::filesystem::path inputs = {};                    ///< of --inputs; empty: words
  std::vector<std::filesystem::path> other_files = {};  ///< that it is made of, beside the weights

  [[nodiscard]] const Vocabulary& vocabulary() const;
};

/// Also opens what add_outside_options() ask for.
/// @throws UsageError unless exactly one of --config and --model, or of those and --cell-module,
/// was given, or if the configuration
///   is of another model; DataError as model::read_model(), or as open_cell_module() and
///   with_inputs()
[[nodiscard]] OpenedModel open_model(const ModelArguments& arguments, const Session& session);

/// The same for a configuration that was loaded already.
[[nodiscard]] OpenedModel open_model(const LoadedConfig& loaded, model::WhichWeights weights);

/// Reads a text in the vocabulary of a model and says how many of its words are unknown. If the
/// model reads inputs, they are the text.
[[nodiscard]] std::vector<WordId> read_text(const OpenedModel& opened,
                                            const std::filesystem::path& file,
                                            std::int64_t& unknown);

/// The same with a note for the user if there are any.
[[nodiscard]] std::vector<WordId> read_text(const OpenedModel& opened,
                                            const std::filesystem::path& file,
                                            const Session& session);

}  // namespace stategrad::cli

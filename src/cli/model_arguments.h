// SPDX-License-Identifier: MIT
//
// The model that a command works with: --config or --model.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/session.h"
#include "model/model_directory.h"

namespace stategrad::cli {

struct ModelArguments {
  std::string config_file;             ///< --config
  std::string directory;               ///< --model
  std::vector<std::string> overrides;  ///< --set
  std::string weights = "last";        ///< --weights
};

/// --config or --model, --set and --weights.
void add_model_options(CLI::App& command, ModelArguments& arguments);

/// A model as a command line names it.
struct OpenedModel {
  std::filesystem::path directory;
  std::filesystem::path weights_file;
  model::ModelDescription description;
  Config config;  ///< of --config, or the model's own; with --set applied
  AnyLanguageModel model;

  [[nodiscard]] const Vocabulary& vocabulary() const;
};

/// @throws UsageError unless exactly one of --config and --model was given, or if the configuration
///   is of another model; DataError as model::read_model()
[[nodiscard]] OpenedModel open_model(const ModelArguments& arguments, const Session& session);

/// The same for a configuration that was loaded already.
[[nodiscard]] OpenedModel open_model(const LoadedConfig& loaded, model::WhichWeights weights);

/// Reads a text in the vocabulary of a model and says how many of its words are unknown.
[[nodiscard]] std::vector<WordId> read_text(const OpenedModel& opened,
                                            const std::filesystem::path& file,
                                            std::int64_t& unknown);

/// The same with a note for the user if there are any.
[[nodiscard]] std::vector<WordId> read_text(const OpenedModel& opened,
                                            const std::filesystem::path& file,
                                            const Session& session);

}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
#include "cli/model_arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <numeric>

#include "base/text_format.h"
#include "model/compatible.h"
#include "model/format.h"
#include "stategrad/errors.h"
#include "text/corpus.h"

namespace stategrad::cli {
namespace {

/// The configuration of a model with overrides: its own keys are not "set" by the user.
LoadedConfig configuration_of(const model::ModelDescription& description,
                              const std::filesystem::path& directory,
                              const std::vector<std::string>& overrides) {
  std::vector<std::string> items;
  for (const auto& [key, value] : config_items(description.config)) {
    items.push_back(key + "=" + value);
  }
  items.insert(items.end(), overrides.begin(), overrides.end());
  LoadedConfig loaded = config_from_overrides(items);
  loaded.config.save_path = directory.string();
  std::erase_if(loaded.keys_set, [&](const std::string& key) {
    return std::none_of(overrides.begin(), overrides.end(), [&](const std::string& override) {
      return override.starts_with(key + "=");
    });
  });
  return loaded;
}

OpenedModel finish(const LoadedConfig& loaded, model::ModelDescription description,
                   model::WhichWeights weights) {
  const std::filesystem::path directory = loaded.config.save_path;
  const char* name =
      weights == model::WhichWeights::kLast ? model::kLastWeightsName : model::kBestWeightsName;
  model::require_compatible(description, loaded.config, loaded.keys_set);
  return {.directory = directory,
          .weights_file = directory / name,
          .weights = weights,
          .description = std::move(description),
          .config = loaded.config,
          .model = model::read_model(directory, weights)};
}

}  // namespace

void add_model_options(CLI::App& command, ModelArguments& arguments) {
  auto* model =
      command.add_option("--model", arguments.directory, "Model directory")->type_name("DIR");
  command
      .add_option("--config", arguments.config_file,
                  "Configuration file; its save_path is the "
                  "model directory")
      ->type_name("FILE")
      ->excludes(model);
  command
      .add_option("--set", arguments.overrides,
                  "Override a key of the configuration; repeatable, the last one wins")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--weights", arguments.weights,
                  "last, or best: those of the lowest validation perplexity")
      ->check(CLI::IsMember({"last", "best"}))
      ->type_name("WHICH")
      ->capture_default_str();
}

const Vocabulary& OpenedModel::vocabulary() const {
  return std::visit([](const auto& any) -> const Vocabulary& { return any.vocabulary(); }, model);
}

namespace {

OpenedModel open_trained_model(const ModelArguments& arguments, const Session& session) {
  const auto weights =
      arguments.weights == "best" ? model::WhichWeights::kBest : model::WhichWeights::kLast;
  if (!arguments.config_file.empty()) {
    return open_model(load({arguments.config_file, arguments.overrides}, session), weights);
  }
  if (arguments.directory.empty()) {
    throw UsageError("--model DIR or --config FILE is needed: which model?");
  }
  for (const std::string& override : arguments.overrides) {
    if (override.starts_with("save_path=")) {
      throw UsageError("--set " + override +
                       ": --model says already which model; give one of them");
    }
  }
  model::ModelDescription description = model::read_description(arguments.directory);
  const LoadedConfig loaded =
      configuration_of(description, arguments.directory, arguments.overrides);
  return finish(loaded, std::move(description), weights);
}

}  // namespace

OpenedModel open_model(const ModelArguments& arguments, const Session& session) {
  const OutsideArguments& outside = arguments.outside;
  if (!outside.cell_module.empty()) {
    if (!arguments.directory.empty() || !arguments.config_file.empty()) {
      throw UsageError("--cell-module takes the place of --model and --config: give one of them");
    }
    return open_cell_module(outside, arguments.overrides);
  }
  OpenedModel opened = open_trained_model(arguments, session);
  return outside.inputs.empty() ? std::move(opened) : with_inputs(opened, outside.inputs);
}

OpenedModel open_model(const LoadedConfig& loaded, model::WhichWeights weights) {
  return finish(loaded, model::read_description(loaded.config.save_path), weights);
}

std::vector<WordId> read_text(const OpenedModel& opened, const std::filesystem::path& file,
                              std::int64_t& unknown) {
  if (!opened.inputs.empty()) {
    unknown = 0;
    std::vector<WordId> all(static_cast<std::size_t>(opened.vocabulary().size()));
    std::iota(all.begin(), all.end(), WordId{0});
    return all;
  }
  return text::read_word_ids(file, text::text_rules(opened.config, file), opened.vocabulary(),
                             &unknown);
}

std::vector<WordId> read_text(const OpenedModel& opened, const std::filesystem::path& file,
                              const Session& session) {
  std::int64_t unknown = 0;
  std::vector<WordId> text = read_text(opened, file, unknown);
  if (unknown > 0) {
    session.note(fmt::format("{}: {} of {} words are not in the vocabulary of the model",
                             file.string(), format_count(unknown),
                             format_count(static_cast<std::int64_t>(text.size()))));
  }
  return text;
}

}  // namespace stategrad::cli

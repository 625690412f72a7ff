// SPDX-License-Identifier: MIT
#include <optional>
#include <string>
#include <system_error>
#include <variant>

#include "cli/content.h"
#include "model/format.h"
#include "model/model_directory.h"
#include "model/parameters.h"
#include "stategrad/config.h"
#include "train/checkpoint.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;

io::Cell or_nothing(const std::optional<double>& value) {
  return value ? io::Cell(*value) : io::Cell();
}

std::int64_t count_parameters(const AnyLanguageModel& model) {
  return std::visit(
      [](const auto& any) {
        std::int64_t count = 0;
        for (const auto& tensor : named_tensors(any.parameters())) {
          count += static_cast<std::int64_t>(tensor.values.size());
        }
        return count;
      },
      model);
}

/// Reads what weights there are, which checks them.
void add_weights(const fs::path& directory, int epochs_done, sinks::Facts& facts) {
  std::error_code error;
  if (epochs_done == 0 && !fs::exists(directory / model::kLastWeightsName, error)) {
    facts.emplace_back("weights", "none yet: no epoch of the training is done");
    return;
  }
  facts.emplace_back("parameters", count_parameters(model::read_model(directory)));
  std::string names = model::kLastWeightsName;
  if (fs::exists(directory / model::kBestWeightsName, error)) {
    static_cast<void>(model::read_model(directory, model::WhichWeights::kBest));
    names += std::string(", ") + model::kBestWeightsName;
  }
  facts.emplace_back("weights", names + ": whole, and give the stored log-probabilities");
}

std::string state_of_training(const fs::path& directory, bool finished) {
  if (finished) return "finished";
  std::error_code error;
  const bool resumable = fs::exists(train::checkpoint_file(directory), error);
  return resumable ? "not finished; there is a checkpoint to resume from" : "not finished";
}

}  // namespace

Content describe_model(const fs::path& directory) {
  const model::ModelDescription description = model::read_description(directory);
  const Architecture& shape = description.architecture;
  sinks::Facts facts = {
      {"kind", "model directory"},
      {"program", "stategrad " + description.version},
      {"cell", std::string(to_string(shape.cell)) + (shape.reset_after ? ", reset after" : "")},
      {"layers", std::int64_t{shape.num_layers}},
      {"vocabulary_size", shape.vocab_size},
      {"embedding_size", std::int64_t{shape.embedding_size}},
      {"size", std::int64_t{shape.size}},
      {"precision", std::string(to_string(description.dtype))},
  };
  add_weights(directory, description.epochs_done, facts);
  facts.insert(facts.end(),
               {{"training", state_of_training(directory, description.finished)},
                {"epochs_done", std::int64_t{description.epochs_done}},
                {"seed", std::to_string(description.seed)},
                {"train_perplexity", or_nothing(description.train_perplexity)},
                {"valid_perplexity", or_nothing(description.valid_perplexity)},
                {"best_valid_perplexity", or_nothing(description.best_valid_perplexity)},
                {"test_perplexity", or_nothing(description.test_perplexity)}});
  for (const auto& [key, value] : config_items(description.config)) {
    facts.emplace_back("configuration." + key, value);
  }
  return {std::move(facts), std::nullopt};
}

}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
#include "model/compatible.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "stategrad/errors.h"

namespace stategrad::model {
namespace {

/// Keys that mean something else in every use of a model, or nothing without training.
constexpr std::array<std::string_view, 20> kFreeKeys{
    "save_path",   "log_dir",    "log",           "data_path",
    "other_test",  "save_dict",  "valid_as_test", "read_vocab_from_file",
    "vocab_size",  "batch_size", "num_steps",     "save_embedding",
    "grad_interm", "time_step",  "max_delay",     "grad_dir",
    "random",      "vocab",      "encoding",      "pretrained_embeddings"};

std::map<std::string, std::string> values_of(Config config) {
  // A size that was not given is the size that stands for it.
  config.embedding_size = config.effective_embedding_size();
  const auto items = config_items(config);
  return {items.begin(), items.end()};
}

}  // namespace

void require_compatible(const ModelDescription& model, const Config& config,
                        std::span<const std::string> keys_set) {
  const auto trained = values_of(model.config);
  const auto wanted = values_of(config);
  std::string message;
  const auto value = [](const std::map<std::string, std::string>& values, const std::string& key) {
    const auto entry = values.find(key);
    return entry == values.end() ? std::string("not set") : entry->second;
  };
  for (const std::string& key : keys_set) {
    if (std::find(kFreeKeys.begin(), kFreeKeys.end(), key) != kFreeKeys.end()) continue;
    if (value(trained, key) == value(wanted, key)) continue;
    message +=
        fmt::format("{}{} is {} in the configuration, but the model in {} was trained with {}",
                    message.empty() ? "" : "\n", key, value(wanted, key), config.save_path,
                    value(trained, key));
  }
  if (!message.empty()) throw UsageError(message);
}

}  // namespace stategrad::model

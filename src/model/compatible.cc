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

bool contains(std::span<const std::string> keys, std::string_view key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

/// Pretrained embeddings bring their own embedding_size, which a configuration need not repeat.
bool is_free(std::string_view key, const Config& trained, std::span<const std::string> keys_set) {
  if (key == "embedding_size" && !trained.pretrained_embeddings.empty()) {
    return !contains(keys_set, key);
  }
  return std::find(kFreeKeys.begin(), kFreeKeys.end(), key) != kFreeKeys.end();
}

}  // namespace

void require_compatible(const ModelDescription& model, const Config& config,
                        std::span<const std::string> keys_set) {
  // Every key that is not free has a value in both, given or default.
  const auto items = config_items(model.config);
  const std::map<std::string, std::string> trained(items.begin(), items.end());
  std::string message;
  for (const auto& [key, value] : config_items(config)) {
    const auto entry = trained.find(key);
    if (is_free(key, model.config, keys_set) || entry == trained.end() || entry->second == value) {
      continue;
    }
    message +=
        fmt::format("{}{} is {} in the configuration{}, but the model in {} was trained with {}",
                    message.empty() ? "" : "\n", key, value,
                    contains(keys_set, key) ? "" : " (the default, as it is not given)",
                    config.save_path, entry->second);
  }
  if (!message.empty()) throw UsageError(message);
}

}  // namespace stategrad::model

// SPDX-License-Identifier: MIT
#include "stategrad/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/atomic_file.h"
#include "base/config_table.h"
#include "base/memory.h"
#include "base/text_format.h"
#include "base/training_size.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

/// One `key value` and where it stands.
struct Entry {
  std::string key;
  std::string value;
  std::string origin;  ///< "file:12" or "--set"
  bool is_override = false;
};

std::vector<std::string> tokens_of(const std::string& line) {
  std::vector<std::string> tokens;
  std::size_t end = 0;
  while (true) {
    const std::size_t start = line.find_first_not_of(" \t\r\v\f", end);
    if (start == std::string::npos) return tokens;
    end = std::min(line.find_first_of(" \t\r\v\f", start), line.size());
    tokens.push_back(line.substr(start, end - start));
  }
}

std::vector<Entry> read_entries(const std::filesystem::path& file) {
  const std::string content = read_file(file);
  if (content.find('\0') != std::string::npos) {
    throw DataError(file.string(), "", "is a binary file, a configuration was expected");
  }
  std::vector<Entry> entries;
  int number = 0;
  for (std::size_t start = 0; start < content.size();) {
    const std::size_t end = std::min(content.find('\n', start), content.size());
    const std::string line = content.substr(start, end - start);
    start = end + 1;
    ++number;
    const std::vector<std::string> tokens = tokens_of(line);
    if (tokens.size() < 2 || tokens.front()[0] == '#') continue;
    entries.push_back({tokens.front(), tokens.back(), fmt::format("{}:{}", file.string(), number)});
  }
  return entries;
}

void apply_overrides(std::vector<Entry>& entries, const std::vector<std::string>& overrides,
                     std::vector<std::string>& violations) {
  for (const std::string& text : overrides) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      violations.push_back(
          fmt::format("--set {}: give key=value, or key= to remove the key", text));
      continue;
    }
    const std::string key = text.substr(0, equals);
    const std::vector<std::string> tokens = tokens_of(text.substr(equals + 1));
    std::erase_if(entries, [&](const Entry& entry) { return entry.key == key; });
    entries.push_back({key, tokens.empty() ? "" : tokens.back(), "--set", true});
  }
}

const ConfigKey* find_key(const std::string& name) {
  const auto keys = config_keys();
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const ConfigKey& key) { return key.name == name; });
  return found == keys.end() ? nullptr : &*found;
}

std::string unknown_key_message(const Entry& entry) {
  std::vector<std::string> names;
  for (const ConfigKey& key : config_keys()) names.push_back(key.name);
  std::string hint = did_you_mean(entry.key, names);
  if (hint.empty()) hint = fmt::format(", the nearest key is '{}'", closest(entry.key, names));
  return fmt::format("{}: unknown key {}{}", entry.origin, entry.key, hint);
}

double least_memory(const Config& config) {
  return estimate_memory(config, architecture_of(config, 0)).total();
}

/// The size whose being 1 would make a training smallest.
const ConfigKey& largest_key(const Config& config) {
  const ConfigKey* largest = nullptr;
  double smallest_need = 0;
  for (const char* name : {"size", "embedding_size", "num_layers", "batch_size", "num_steps"}) {
    const ConfigKey* key = find_key(name);
    Config smaller = config;
    key->set(smaller, "1");
    const double need = least_memory(smaller);
    if (largest != nullptr && need >= smallest_need) continue;
    largest = key;
    smallest_need = need;
  }
  return *largest;
}

class Builder {
 public:
  explicit Builder(std::vector<std::string> violations) : violations_(std::move(violations)) {}

  void apply(const Entry& entry) {
    const ConfigKey* key = find_key(entry.key);
    if (key == nullptr) {
      (entry.is_override ? violations_ : result_.warnings).push_back(unknown_key_message(entry));
    } else if (entry.value.empty()) {
      // An override that removes the key; the default stands.
    } else if (!key->set(result_.config, entry.value)) {
      violations_.push_back(fmt::format("{}: {} is {}: must be {}", entry.origin, entry.key,
                                        entry.value, key->allowed));
    } else {
      origins_[entry.key] = entry.origin;
    }
  }

  /// A training that the whole memory of this machine cannot hold, whatever its vocabulary, is a
  /// violation of the key that makes it so large.
  void check_memory(const std::string& source) {
    const double need = least_memory(result_.config);
    const auto all = static_cast<double>(total_memory());
    if (need <= all) return;
    const ConfigKey& key = largest_key(result_.config);
    const auto origin = origins_.find(key.name);
    violations_.push_back(fmt::format(
        "{}: {} is {}: too large for the memory: training would need {} and more, this "
        "machine has {}",
        origin == origins_.end() ? source : origin->second, key.name,
        key.get(result_.config).value_or("not set"), readable_bytes(need), readable_bytes(all)));
  }

  LoadedConfig finish(const std::string& source) {
    check_required(source);
    check_combinations();
    if (!violations_.empty()) {
      // An unknown key may be the misspelt one that a violation misses.
      violations_.insert(violations_.end(), result_.warnings.begin(), result_.warnings.end());
      throw UsageError(fmt::format("{}", fmt::join(violations_, "\n")));
    }
    for (const ConfigKey& key : config_keys()) {
      if (origins_.contains(key.name)) result_.keys_set.push_back(key.name);
    }
    return result_;
  }

 private:
  void check_required(const std::string& source) {
    for (const ConfigKey& key : config_keys()) {
      if (key.required && !key.get(result_.config) && !named_in_violations(key.name)) {
        violations_.push_back(fmt::format("{}: {} is missing: {}", source, key.name, key.help));
      }
    }
  }

  [[nodiscard]] bool named_in_violations(const std::string& key) const {
    return std::any_of(violations_.begin(), violations_.end(), [&](const std::string& text) {
      return text.find(": " + key + " is ") != std::string::npos;
    });
  }

  void check_combinations() {
    const Config& config = result_.config;
    if (config.time_step && *config.time_step >= config.num_steps &&
        !named_in_violations("num_steps")) {
      violations_.push_back(fmt::format("{}: time_step is {}: must be below num_steps, which is {}",
                                        origins_["time_step"], *config.time_step,
                                        config.num_steps));
    }
  }

  LoadedConfig result_;
  std::map<std::string, std::string> origins_;
  std::vector<std::string> violations_;
};

Builder build(std::vector<Entry> entries, const std::vector<std::string>& overrides) {
  std::vector<std::string> violations;
  apply_overrides(entries, overrides, violations);
  Builder builder(std::move(violations));
  for (const Entry& entry : entries) builder.apply(entry);
  return builder;
}

}  // namespace

LoadedConfig load_config(const std::filesystem::path& file,
                         const std::vector<std::string>& overrides) {
  Builder builder = build(read_entries(file), overrides);
  builder.check_memory(file.string());
  return builder.finish(file.string());
}

LoadedConfig config_from_overrides(const std::vector<std::string>& overrides) {
  // Such a configuration may be of a model that was trained on a larger machine.
  return build({}, overrides).finish("--set");
}

std::vector<std::pair<std::string, std::string>> config_items(const Config& config) {
  std::vector<std::pair<std::string, std::string>> items;
  for (const ConfigKey& key : config_keys()) {
    if (const auto value = key.get(config)) items.emplace_back(key.name, *value);
  }
  return items;
}

}  // namespace stategrad

// SPDX-License-Identifier: MIT
#include "train/run_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/writable_folder.h"
#include "model/model_directory.h"
#include "stategrad/errors.h"

namespace stategrad::train {
namespace {

/// Keys that a resumed run may change: they do not decide the weights. (That the texts are still
/// the same is checked by their words, not by their folder.)
constexpr std::array<std::string_view, 14> kFreeKeys{
    "save_path",  "log_dir",   "log",         "data_path",      "vocab_size",
    "other_test", "save_dict", "grad_interm", "save_embedding", "valid_as_test",
    "time_step",  "max_delay", "grad_dir",    "random"};

std::optional<std::string_view> find(const ConfigItems& items, std::string_view key) {
  const auto item =
      std::find_if(items.begin(), items.end(), [&](const auto& pair) { return pair.first == key; });
  if (item == items.end()) return std::nullopt;
  return item->second;
}

bool has_grown(std::string_view before, std::string_view now) {
  long from = 0;
  long to = 0;
  std::from_chars(before.data(), before.data() + before.size(), from);
  std::from_chars(now.data(), now.data() + now.size(), to);
  return to >= from;
}

std::string compare(std::string_view key, const ConfigItems& before, const ConfigItems& now) {
  if (std::find(kFreeKeys.begin(), kFreeKeys.end(), key) != kFreeKeys.end()) return {};
  const auto old_value = find(before, key);
  const auto new_value = find(now, key);
  if (old_value == new_value) return {};
  if (key == "max_max_epoch" && old_value && new_value && has_grown(*old_value, *new_value)) {
    return {};
  }
  return fmt::format("{} was {} and is {} now", key, old_value.value_or("not set"),
                     new_value.value_or("not set"));
}

/// The configuration of the unfinished training in a directory, none if there is none.
std::optional<ConfigItems> unfinished_configuration(const std::filesystem::path& directory,
                                                    model::DirectoryState state) {
  if (const auto progress = read_progress(directory)) return progress->config;
  if (state != model::DirectoryState::kUnfinishedModel) return std::nullopt;
  return config_items(model::read_description(directory).config);
}

Start decide_resume(const std::filesystem::path& directory, model::DirectoryState state,
                    const ConfigItems& now) {
  const std::string place = directory.string();
  const auto before = unfinished_configuration(directory, state);
  if (!before) {
    if (state == model::DirectoryState::kFinishedModel) {
      throw DataError(place, "", "--resume: this model is finished; --overwrite trains it anew");
    }
    throw DataError(place, "",
                    "--resume: there is no unfinished training here; leave --resume away to begin "
                    "one");
  }
  const std::string difference = configuration_difference(*before, now);
  if (!difference.empty()) {
    throw DataError(
        place, "",
        fmt::format("--resume: {}; set it back, or --overwrite trains anew", difference));
  }
  return Start::kResume;
}

[[noreturn]] void refuse(const std::filesystem::path& directory, model::DirectoryState state,
                         const ConfigItems& now) {
  const std::string place = directory.string();
  const auto before = unfinished_configuration(directory, state);
  if (before) {
    const std::string difference = configuration_difference(*before, now);
    if (difference.empty()) {
      throw DataError(
          place, "",
          "there is an unfinished training of this configuration: --resume goes on with "
          "it, --overwrite begins anew");
    }
    throw DataError(place, "",
                    fmt::format("there is an unfinished training of another configuration ({}): "
                                "choose another save_path, or --overwrite replaces it",
                                difference));
  }
  const std::string_view what = state == model::DirectoryState::kFinishedModel
                                    ? "there is a finished model"
                                    : "the folder holds files that are no model";
  throw DataError(place, "",
                  fmt::format("{}: choose another save_path, or --overwrite replaces it", what));
}

}  // namespace

std::string configuration_difference(const ConfigItems& before, const ConfigItems& now) {
  for (const auto& [key, value] : now) {
    if (std::string text = compare(key, before, now); !text.empty()) return text;
  }
  for (const auto& [key, value] : before) {
    if (std::string text = compare(key, before, now); !text.empty()) return text;
  }
  return {};
}

Start decide_start(const StartRequest& request, const Config& config) {
  if (request.resume && request.overwrite) {
    throw UsageError("--resume and --overwrite exclude each other: give one of them");
  }
  require_writable_folder(request.directory, "for the model");
  const auto state = model::inspect_directory(request.directory);
  const bool empty =
      state == model::DirectoryState::kAbsent || state == model::DirectoryState::kEmpty;
  if (request.overwrite) return empty ? Start::kFresh : Start::kOverwrite;
  const ConfigItems now = config_items(config);
  if (request.resume) return decide_resume(request.directory, state, now);
  if (empty) return Start::kFresh;
  refuse(request.directory, state, now);
}

std::uint64_t resumed_seed(const std::filesystem::path& directory,
                           std::optional<std::uint64_t> given) {
  const auto progress = read_progress(directory);
  const std::uint64_t seed = progress ? progress->seed : model::read_description(directory).seed;
  if (given && *given != seed) {
    throw DataError(directory.string(), "",
                    fmt::format("--resume: seed was {} and is {} now; leave --seed away, or "
                                "--overwrite trains anew",
                                seed, *given));
  }
  return seed;
}

}  // namespace stategrad::train

// SPDX-License-Identifier: MIT
#include "train/checkpoint.h"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "io/safetensors.h"
#include "model/digest.h"
#include "stategrad/errors.h"

namespace stategrad::train {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kFormatName = "stategrad checkpoint";
constexpr const char* kFormatVersion = "1";

json to_json(const EpochResult& epoch) {
  return {{"epoch", epoch.epoch},
          {"learning_rate", epoch.learning_rate},
          {"train_perplexity", epoch.train_perplexity},
          {"valid_perplexity", epoch.valid_perplexity},
          {"tokens_per_second", epoch.tokens_per_second},
          {"seconds", epoch.seconds},
          {"best", epoch.best}};
}

/// The library makes integers of other numbers too, whatever comes of it.
template <class Integer>
void get_integer(const json& value, const char* name, Integer& to) {
  const json& number = value.at(name);
  if (!number.is_number_integer()) {
    throw json::type_error::create(302, fmt::format("{} is no integer", name), &number);
  }
  number.get_to(to);
}

EpochResult epoch_from(const json& value) {
  EpochResult epoch;
  get_integer(value, "epoch", epoch.epoch);
  value.at("learning_rate").get_to(epoch.learning_rate);
  value.at("train_perplexity").get_to(epoch.train_perplexity);
  value.at("valid_perplexity").get_to(epoch.valid_perplexity);
  value.at("tokens_per_second").get_to(epoch.tokens_per_second);
  value.at("seconds").get_to(epoch.seconds);
  value.at("best").get_to(epoch.best);
  return epoch;
}

std::string to_text(const TrainingProgress& progress) {
  json epochs = json::array();
  for (const EpochResult& epoch : progress.epochs) epochs.push_back(to_json(epoch));
  const json content = {{"config", progress.config},
                        {"seed", progress.seed},
                        {"threads", progress.threads},
                        {"vocabulary_digest", progress.vocabulary_digest},
                        {"train_digest", progress.train_digest},
                        {"valid_digest", progress.valid_digest},
                        {"windows", progress.windows},
                        {"window", progress.window},
                        {"loss_sum", progress.loss_sum},
                        {"training_seconds", progress.training_seconds},
                        {"seconds", progress.seconds},
                        {"updates", progress.updates},
                        {"early_stop_count", progress.early_stop_count},
                        {"complete", progress.complete},
                        {"stopped_early", progress.stopped_early},
                        {"epochs", epochs}};
  return content.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// @throws nlohmann::json::exception if a field is missing or of another type
TrainingProgress from_text(const std::string& text) {
  const json content = json::parse(text);
  TrainingProgress progress;
  content.at("config").get_to(progress.config);
  get_integer(content, "seed", progress.seed);
  get_integer(content, "threads", progress.threads);
  content.at("vocabulary_digest").get_to(progress.vocabulary_digest);
  content.at("train_digest").get_to(progress.train_digest);
  content.at("valid_digest").get_to(progress.valid_digest);
  get_integer(content, "windows", progress.windows);
  get_integer(content, "window", progress.window);
  content.at("loss_sum").get_to(progress.loss_sum);
  content.at("training_seconds").get_to(progress.training_seconds);
  content.at("seconds").get_to(progress.seconds);
  get_integer(content, "updates", progress.updates);
  get_integer(content, "early_stop_count", progress.early_stop_count);
  content.at("complete").get_to(progress.complete);
  content.at("stopped_early").get_to(progress.stopped_early);
  for (const json& epoch : content.at("epochs")) progress.epochs.push_back(epoch_from(epoch));
  return progress;
}

/// Everything of a network and its updater that changes, by name.
template <class Real>
std::vector<NamedTensor<Real>> all_tensors(TrainingNetwork<Real>& network,
                                           ParameterUpdater<Real>& updater) {
  std::vector<NamedTensor<Real>> tensors = named_tensors(network.parameters());
  for (const CarriedState<Real>& state : network.carried_states()) {
    tensors.push_back({state.name, {static_cast<std::int64_t>(state.values.size())}, state.values});
  }
  for (const auto& state : updater.states()) {
    for (NamedTensor<Real>& tensor : named_tensors(*state.values)) {
      tensor.name = state.name + "." + tensor.name;
      tensors.push_back(std::move(tensor));
    }
  }
  return tensors;
}

template <class Real>
std::string digest_of(const std::string& progress, const std::vector<NamedTensor<Real>>& tensors) {
  model::Digest digest;
  digest.add(progress);
  for (const auto& tensor : tensors) {
    digest.add(tensor.name);
    digest.add(std::as_bytes(tensor.values));
  }
  return digest.text();
}

const std::string& entry(const io::Safetensors& file, const fs::path& path, const char* name) {
  const auto found = file.metadata().find(name);
  if (found == file.metadata().end()) {
    throw DataError(path.string(), "__metadata__", fmt::format("'{}' is missing", name));
  }
  return found->second;
}

void check_format(const io::Safetensors& file, const fs::path& path) {
  const std::string& format = entry(file, path, "format");
  if (format != kFormatName) {
    throw DataError(path.string(), "__metadata__.format",
                    fmt::format("'{}' where '{}' was expected", format, kFormatName));
  }
  const std::string& version = entry(file, path, "version");
  if (version != kFormatVersion) {
    throw DataError(path.string(), "__metadata__.version",
                    fmt::format("'{}', but this program resumes version {} only: finish the "
                                "training with the program that began it, or --overwrite",
                                version, kFormatVersion));
  }
}

}  // namespace

fs::path checkpoint_file(const fs::path& directory) {
  return directory / "checkpoint" / "training.safetensors";
}

std::string digest(std::span<const WordId> ids) {
  model::Digest digest;
  digest.add(std::as_bytes(ids));
  return digest.text();
}

std::string digest(const Vocabulary& vocabulary) {
  model::Digest digest;
  for (const std::string& word : vocabulary.words()) digest.add(word);
  return digest.text();
}

std::optional<TrainingProgress> read_progress(const fs::path& directory) {
  const fs::path path = checkpoint_file(directory);
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::nullopt;
  const io::Safetensors file(path);
  check_format(file, path);
  try {
    return from_text(entry(file, path, "progress"));
  } catch (const json::exception& error) {
    throw DataError(path.string(), "__metadata__.progress", error.what());
  }
}

template <class Real>
void save_checkpoint(const fs::path& directory, const TrainingProgress& progress,
                     TrainingNetwork<Real>& network, ParameterUpdater<Real>& updater) {
  const auto tensors = all_tensors(network, updater);
  const std::string text = to_text(progress);
  const std::map<std::string, std::string> metadata = {{"format", kFormatName},
                                                       {"version", kFormatVersion},
                                                       {"progress", text},
                                                       {"digest", digest_of(text, tensors)}};
  std::vector<io::TensorView> views;
  for (const auto& tensor : tensors) {
    views.push_back({tensor.name, sizeof(Real) == sizeof(float) ? "F32" : "F64", tensor.shape,
                     std::as_bytes(tensor.values)});
  }
  const fs::path path = checkpoint_file(directory);
  make_folders(path.parent_path());
  io::write_safetensors(path, metadata, views);
}

template <class Real>
void load_checkpoint(const fs::path& directory, TrainingNetwork<Real>& network,
                     ParameterUpdater<Real>& updater) {
  const fs::path path = checkpoint_file(directory);
  const io::Safetensors file(path);
  check_format(file, path);
  const auto tensors = all_tensors(network, updater);
  for (const auto& tensor : tensors) {
    if (file.contains(tensor.name) &&
        file.tensors().at(tensor.name).bytes != tensor.values.size_bytes()) {
      throw DataError(path.string(), tensor.name,
                      "not of the size that the configuration asks for");
    }
    file.copy(tensor.name, tensor.shape, tensor.values);
  }
  if (digest_of(entry(file, path, "progress"), tensors) != entry(file, path, "digest")) {
    throw DataError(path.string(), "__metadata__.digest",
                    "the checkpoint was altered after it was written: --overwrite trains anew");
  }
}

void remove_checkpoint(const fs::path& directory) {
  const fs::path folder = checkpoint_file(directory).parent_path();
  std::error_code error;
  fs::remove_all(folder, error);
  if (error) throw_file_error(folder, "remove", error.value());
}

template void save_checkpoint(const fs::path&, const TrainingProgress&, TrainingNetwork<float>&,
                              ParameterUpdater<float>&);
template void save_checkpoint(const fs::path&, const TrainingProgress&, TrainingNetwork<double>&,
                              ParameterUpdater<double>&);
template void load_checkpoint(const fs::path&, TrainingNetwork<float>&, ParameterUpdater<float>&);
template void load_checkpoint(const fs::path&, TrainingNetwork<double>&, ParameterUpdater<double>&);

}  // namespace stategrad::train

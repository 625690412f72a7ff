// SPDX-License-Identifier: MIT
//
// The model directory: the seam between training and everything else (docs/formats.md).
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "stategrad/config.h"
#include "stategrad/language_model.h"
#include "stategrad/model_io.h"

namespace stategrad::model {

using stategrad::WhichWeights;

/// What model.json says.
struct ModelDescription {
  Architecture architecture;
  DType dtype = DType::kFloat32;
  Config config;  ///< the effective configuration
  std::uint64_t seed = 1;
  int epochs_done = 0;
  bool finished = false;  ///< false while training goes on or was interrupted
  std::optional<double> train_perplexity, valid_perplexity, best_valid_perplexity, test_perplexity;
  std::string version;  ///< of the program that wrote it
};

/// The state of a folder that a new training would be written to.
enum class DirectoryState { kAbsent, kEmpty, kUnfinishedModel, kFinishedModel, kOther };
[[nodiscard]] DirectoryState inspect_directory(const std::filesystem::path& directory);

[[nodiscard]] ModelDescription read_description(const std::filesystem::path& directory);
/// Atomic.
void write_description(const std::filesystem::path& directory, const ModelDescription& description);

/// Writes vocab.txt (a word a line, line number = id) and labels.tsv.
void write_vocabulary(const std::filesystem::path& directory, const Vocabulary& vocabulary);
[[nodiscard]] Vocabulary read_vocabulary(const std::filesystem::path& directory);

/// Writes model.safetensors (last) or best.safetensors, with samples: sentences of the vocabulary
/// with their log-probabilities, which read_model() replays. Atomic.
template <class Real>
void write_weights(const std::filesystem::path& directory, const LanguageModel<Real>& model,
                   WhichWeights which);

/// Reads a model and replays its samples.
/// @throws DataError naming file and place: missing, truncated, wrong shapes, wrong format or
///   version, or a sample whose log-probability differs (the weights were altered)
[[nodiscard]] AnyLanguageModel read_model(const std::filesystem::path& directory,
                                          WhichWeights which = WhichWeights::kLast);

}  // namespace stategrad::model

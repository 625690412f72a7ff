// SPDX-License-Identifier: MIT
//
// checkpoint/ of a model directory: everything that the rest of a training depends on, in one file
// that is replaced atomically, so that there is always a whole one (docs/formats.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "stategrad/config.h"
#include "stategrad/vocabulary.h"
#include "train/network.h"
#include "train/optimizer.h"
#include "train/result.h"

namespace stategrad::train {

using ConfigItems = std::vector<std::pair<std::string, std::string>>;

/// Where a training is. Numbers are kept exactly.
struct TrainingProgress {
  ConfigItems config;  ///< config_items() of the run
  std::uint64_t seed = 1;
  int threads = 0;  ///< that it ran with
  std::string vocabulary_digest;
  std::string train_digest;
  std::string valid_digest;
  std::int64_t windows = 0;     ///< windows of an epoch
  std::int64_t window = 0;      ///< windows of the current epoch that are done
  double loss_sum = 0;          ///< of those windows
  double training_seconds = 0;  ///< spent on those windows
  double seconds = 0;           ///< spent on the current epoch
  std::uint64_t updates = 0;    ///< of the parameters
  int early_stop_count = 0;
  bool complete = false;  ///< all epochs are done, or early stopping said stop
  bool stopped_early = false;
  std::vector<EpochResult> epochs;  ///< that are done
};

/// checkpoint/training.safetensors
[[nodiscard]] std::filesystem::path checkpoint_file(const std::filesystem::path& directory);

/// Digests that tell one text or vocabulary from another.
[[nodiscard]] std::string digest(std::span<const WordId> ids);
[[nodiscard]] std::string digest(const Vocabulary& vocabulary);

/// The progress that a checkpoint holds, none if there is no checkpoint.
/// @throws DataError if the file is truncated, altered or of another format or version
[[nodiscard]] std::optional<TrainingProgress> read_progress(const std::filesystem::path& directory);

/// Writes progress, parameters, carried states and moments. Atomic.
/// @throws ResourceError when it cannot be written; the checkpoint before stays
template <class Real>
void save_checkpoint(const std::filesystem::path& directory, const TrainingProgress& progress,
                     TrainingNetwork<Real>& network, ParameterUpdater<Real>& updater);

/// Fills the network and the updater with what save_checkpoint() wrote.
/// @throws DataError naming the tensor if something is missing or has another shape or type
template <class Real>
void load_checkpoint(const std::filesystem::path& directory, TrainingNetwork<Real>& network,
                     ParameterUpdater<Real>& updater);

void remove_checkpoint(const std::filesystem::path& directory);

}  // namespace stategrad::train

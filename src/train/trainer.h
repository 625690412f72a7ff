// SPDX-License-Identifier: MIT
//
// Training of a language model into a model directory, epoch by epoch, resumable at any window.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "stategrad/config.h"
#include "stategrad/thread_team.h"
#include "stategrad/vocabulary.h"
#include "train/result.h"
#include "train/run_rules.h"

namespace stategrad::train {

/// What is trained on.
struct TrainingData {
  Vocabulary vocabulary;
  std::vector<WordId> train;
  std::vector<WordId> valid;
  std::string train_file = "train.txt";  ///< for messages
  std::string valid_file = "valid.txt";
  /// [V, E] pretrained embeddings, frozen; empty: none.
  std::vector<double> embeddings;
};

struct TrainingJob {
  Config config;
  std::uint64_t seed = 1;
  std::filesystem::path directory;             ///< save_path
  Start start = Start::kFresh;                 ///< from decide_start()
  std::optional<std::uintmax_t> memory_limit;  ///< bytes that the process may take
  TrainingData data;
  const std::atomic<bool>* stop = nullptr;  ///< may be null
};

struct Progress {
  int epoch = 0;          ///< from 1
  std::int64_t done = 0;  ///< windows of this epoch
  std::int64_t total = 0;
  double perplexity = 0;         ///< of this epoch so far
  double tokens_per_second = 0;  ///< since this epoch began or was resumed
};

/// All may be empty; called on the calling thread.
struct TrainingCallbacks {
  std::function<void(int epoch, double learning_rate)> on_epoch_begin;
  std::function<void(const Progress&)> on_progress;  ///< after every window
  std::function<void(const EpochResult&)> on_epoch_end;
  std::function<void(const std::string&)> on_message;
};

/// Says what happened, also for the epochs before a resume.
struct TrainingSummary {
  std::vector<EpochResult> epochs;
  bool stopped_early = false;
  std::int64_t tokens = 0;  ///< trained on in this call
  double seconds = 0;       ///< of this call
};

/// Trains until max_max_epoch epochs are done or early stopping says so.
///
/// Writes after every epoch: model.safetensors, best.safetensors when the validation perplexity is
/// the lowest so far, metrics.csv, model.json, vocab.txt, labels.tsv, and checkpoint/, from which
/// the training resumes to bit-identical weights with the same number of threads; checkpoint/ is
/// removed at the end. Every file is replaced atomically. docs/reference.md ("A run") says more.
///
/// The perplexity of training with the sampled softmax is that of the sampled loss.
/// @throws Interrupted when *stop became true; a checkpoint of this very window was saved
/// @throws NumericalError naming epoch and window when the loss or the gradients are not finite;
///   the files of the epoch before stay
/// @throws ResourceError when memory or disk do not suffice, before anything is written if that can
///   be foreseen
/// @throws DataError if a text has less than one window or the checkpoint does not fit the job
TrainingSummary train_model(const TrainingJob& job, const TrainingCallbacks& callbacks,
                            ThreadTeam& team);

}  // namespace stategrad::train

// SPDX-License-Identifier: MIT
//
// The files that a training leaves in its model directory.
#pragma once

#include <filesystem>
#include <vector>

#include "model/parameters.h"
#include "stategrad/language_model.h"
#include "train/checkpoint.h"
#include "train/result.h"
#include "train/trainer.h"

namespace stategrad::train {

/// Files of a finished model directory.
inline constexpr int kModelFiles = 6;

/// A model that shares nothing with the parameters, which go on being trained.
template <class Real>
[[nodiscard]] LanguageModel<Real> snapshot(const Vocabulary& vocabulary,
                                           const Parameters<Real>& parameters);

/// Creates the directory and writes what is known before the first epoch: vocab.txt, labels.tsv,
/// and model.json of an unfinished model.
/// @throws ResourceError or DataError when the directory cannot be made or written
void write_first_files(const TrainingJob& job, const TrainingProgress& progress);

/// Writes best.safetensors if the last epoch was the best, model.safetensors, metrics.csv and
/// model.json. Each file is replaced atomically.
/// @param with_vocabulary vocab.txt and labels.tsv too: they are not this run's yet
template <class Real>
void write_epoch_files(const TrainingJob& job, const TrainingProgress& progress,
                       const LanguageModel<Real>& model, bool with_vocabulary);

/// Says in model.json that the model is finished.
void write_finished_description(const TrainingJob& job, const TrainingProgress& progress);

/// Writes metrics.csv: epoch, learning_rate, train_perplexity, valid_perplexity,
/// tokens_per_second, seconds.
void write_metrics(const std::filesystem::path& directory, const std::vector<EpochResult>& epochs);

}  // namespace stategrad::train

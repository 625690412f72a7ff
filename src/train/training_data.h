// SPDX-License-Identifier: MIT
#pragma once

#include "stategrad/config.h"
#include "train/trainer.h"

namespace stategrad::train {

/// Reads what a configuration trains on: its vocabulary (of the training file, a word list or
/// pretrained embeddings), its texts as ids, its pretrained embeddings. Writes save_dict if asked.
/// @param config embedding_size is set to that of the pretrained embeddings if it was not given
/// @param embedding_size_given whether the user set embedding_size
/// @throws DataError naming file and line, UsageError if embedding_size does not fit
[[nodiscard]] TrainingData load_training_data(Config& config, bool embedding_size_given,
                                              std::uint64_t seed);

}  // namespace stategrad::train

// SPDX-License-Identifier: MIT
#pragma once

#include "stategrad/config.h"
#include "train/trainer.h"

namespace stategrad::train {

/// Sets the embedding_size of a configuration to that of its pretrained embeddings, if it has any;
/// reads only the header of their file.
/// @param given whether the user set embedding_size
/// @throws DataError naming the file if it has no matrix, UsageError if the size given is another
void take_embedding_size(Config& config, bool given);

/// Reads what a configuration trains on: its vocabulary (of the training file, a word list or
/// pretrained embeddings), its texts as ids, its pretrained embeddings. Writes save_dict if asked.
/// @param config after take_embedding_size()
/// @throws DataError naming file and line
[[nodiscard]] TrainingData load_training_data(const Config& config, std::uint64_t seed);

}  // namespace stategrad::train

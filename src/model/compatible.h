// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "model/model_directory.h"
#include "stategrad/config.h"

namespace stategrad::model {

/// Checks that a configuration is of the model that it is used with, without training.
///
/// batch_size, num_steps, gradient keys, paths, log names, and how and from where texts are read
/// may differ; every other key must have the value that the model was trained with, also where the
/// configuration leaves it to the default.
/// @param keys_set the keys that the user gave; embedding_size need not be among them when the
///   model has pretrained embeddings
/// @throws UsageError naming key and both values for every difference
void require_compatible(const ModelDescription& model, const Config& config,
                        std::span<const std::string> keys_set);

}  // namespace stategrad::model

// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>

#include "model/model_directory.h"
#include "stategrad/config.h"

namespace stategrad::model {

/// Checks that a configuration is of the model that it is used with, without training.
///
/// batch_size, num_steps, gradient keys, paths, log names and the choice of the test text may
/// differ; every other key that was set must have the value that the model was trained with.
/// @param keys_set the keys that the user gave; the others follow the model
/// @throws UsageError naming key and both values for every difference
void require_compatible(const ModelDescription& model, const Config& config,
                        std::span<const std::string> keys_set);

}  // namespace stategrad::model

// SPDX-License-Identifier: MIT
//
// How the model was trained.
#pragma once

#include <filesystem>

#include "model/model_directory.h"
#include "report/result_part.h"

namespace stategrad::report {

/// {epochs: [{epoch, learning_rate, train_perplexity, valid_perplexity}], best, seed,
/// test_perplexity, weights, configuration} of the metrics.csv and the description of a model
/// directory; best is the epoch with the lowest validation perplexity, the first of them. Null if
/// there is no metrics.csv. Speeds and times are left out: they differ from run to run.
/// @param weights those that were analysed, "last" or "best"
/// @throws DataError naming file and line if it is no such table
[[nodiscard]] Json training_json(const std::filesystem::path& model_directory,
                                 const model::ModelDescription& description, WhichWeights weights);

}  // namespace stategrad::report

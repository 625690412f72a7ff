// SPDX-License-Identifier: MIT
//
// Whether two models remember the same of the same words.
#pragma once

#include <span>
#include <string>

#include "report/evaluate.h"
#include "report/results.h"
#include "sinks/class_statistics.h"
#include "stategrad/thread_team.h"

namespace stategrad::report {

/// What can be told of another model before there are results to compare with it.
/// @param other folder of its results
/// @param vocabulary, embedding_size of this model
/// @throws DataError, ResourceError as sinks::ClassStatisticsReader; DataError naming the file if
///   it holds a part of an analysis, its embeddings cannot be normalised, or no more of its words
///   are in the vocabulary than an embedding has dimensions; UsageError as subspace_size()
void check_other_model(const std::string& other, const EvaluationChoices& choices,
                       std::span<const std::string> vocabulary, int embedding_size);

/// Adds to every state of the results the angles (analysis::WordSpace) between what it remembers
/// and what the same state of the other model does, of the classes that both have by name, all
/// words among them, at the key delays that both have. If one of the models has no cell state, the
/// cell state of the other is compared with its hidden state, unless that has a hidden state in its
/// results too. Where both are of the same text and blocks, each block is left out of both at once.
/// @param head of the results
/// @param other folder with the statistics.h5 of the other model, which passed check_other_model()
/// @param options the choices of the results; the whitening of the other model is its own, of that
///   kind. on_progress is called with the number of classes of the other model done
/// @param results what evaluate() made. The other model is added to its others, with the reason if
///   there are no angles to it
/// @throws DataError, ResourceError as sinks::ClassStatisticsReader
void compare_models(const sinks::ClassStatistics& head, const std::string& other,
                    const EvaluateOptions& options, ThreadTeam& team, Results& results);

}  // namespace stategrad::report

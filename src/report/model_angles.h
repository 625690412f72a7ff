// SPDX-License-Identifier: MIT
//
// Whether two models remember the same of the same words.
#pragma once

#include <string>

#include "report/evaluation_choices.h"
#include "report/results.h"
#include "sinks/class_statistics.h"
#include "stategrad/thread_team.h"

namespace stategrad::report {

/// Adds to every state of the results the angles (analysis::WordSpace) between what it remembers
/// and what the same state of the other model does, of the classes that both have by name, all
/// words among them, at the key delays that both have. A state that the other model has not is
/// compared with the only one of its layer: the cell state of an LSTM with the hidden state of a
/// GRU. Where both are of the same text and blocks, each block is left out of both at once.
/// @param head of the results
/// @param other folder with the statistics.h5 of the other model
/// @param choices those of the results; the whitening of the other model is its own, of that kind
/// @param results what evaluate() made; not changed if the whitening of one of them failed
/// @throws DataError, ResourceError as sinks::ClassStatisticsReader; if no more words are in both
///   vocabularies than an embedding has dimensions; NumericalError as analysis::WordSpace
void compare_models(const sinks::ClassStatistics& head, const std::string& other,
                    const EvaluationChoices& choices, ThreadTeam& team, Results& results);

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// From a statistics.h5 to the files of results beside it.
#pragma once

#include <filesystem>

#include "cli/session.h"
#include "report/evaluation_choices.h"

namespace stategrad::cli {

/// Evaluates DIR/statistics.h5 with progress on standard error, writes the files of results to DIR
/// and prints a table: count, leading singular values with error and noise, at some delays of every
/// class. Warns of a whitening that loses digits.
/// @throws DataError if the file is missing, no analysis or damaged
/// @throws what report::evaluate() throws of the choices
void write_analysis_results(const std::filesystem::path& directory,
                            const report::EvaluationChoices& choices, const Session& session,
                            ThreadTeam& team);

}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
//
// From a statistics.h5 to the files of results beside it.
#pragma once

#include <filesystem>
#include <vector>

#include "cli/session.h"
#include "report/evaluation_choices.h"
#include "report/reproduce_results.h"

namespace stategrad::cli {

/// Writes analysis.json beside the statistics.h5 of a folder.
/// @param training report::training_json(); null: not known
void write_origin(const std::filesystem::path& directory, const report::Reproduce& reproduce,
                  const report::Json& training);

/// The same for statistics.h5 files that were merged: the commands of all of them, then that of
/// the merge, and the training that the first of them knows of.
void merge_origins(const std::vector<std::filesystem::path>& files,
                   const std::filesystem::path& directory, report::Reproduce reproduce);

/// Evaluates DIR/statistics.h5 with progress on standard error, writes the files of results to DIR
/// and prints a table: count, leading singular values with error and noise, at some delays of every
/// class. Warns of a whitening that loses digits.
/// @throws DataError if the file is missing, no analysis or damaged
/// @throws what report::evaluate() throws of the choices
void write_analysis_results(const std::filesystem::path& directory,
                            const report::EvaluationChoices& choices, const Session& session,
                            ThreadTeam& team);

}  // namespace stategrad::cli

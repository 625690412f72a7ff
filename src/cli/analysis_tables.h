// SPDX-License-Identifier: MIT
//
// What statistics.h5 gets beside the sums of the pass.
#pragma once

#include "cli/analysis_plan.h"
#include "cli/session.h"
#include "sinks/class_merge.h"

namespace stategrad::cli {

/// The tables of the model; and, of the sources of the shard, the sums of their embeddings and, of
/// an LSTM or GRU, those over its gates, from another reading of the text; and the linear validity
/// of those that are replaced.
/// @throws Interrupted; ResourceError
template <class Real>
[[nodiscard]] sinks::ModelTables analysis_tables(const LanguageModel<Real>& model,
                                                 const AnalysisPlan& plan,
                                                 const AnalysisRequest& request,
                                                 const Session& session, ThreadTeam& team);

/// Seconds that analysis_tables() would take, from a trial on the first words.
template <class Real>
[[nodiscard]] double seconds_of_tables(const LanguageModel<Real>& model, const AnalysisPlan& plan,
                                       const AnalysisRequest& request, ThreadTeam& team);

}  // namespace stategrad::cli

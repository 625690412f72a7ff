// SPDX-License-Identifier: MIT
//
// From sums to measures.
#pragma once

#include <cstdint>
#include <functional>

#include "report/evaluation_choices.h"
#include "report/results.h"
#include "sinks/class_statistics.h"
#include "stategrad/thread_team.h"

namespace stategrad::report {

struct EvaluateOptions {
  analysis::MeanSpectrumOptions spectrum;
  EvaluationChoices choices = {};
  /// Only DelayResult::subspaces: no spectra, and nothing that is made of them.
  bool only_subspaces = false;
  /// Called by one thread with the number of classes done, of all states.
  std::function<void(std::int64_t)> on_progress;
};

/// Classes to evaluate, all words included, of all states.
[[nodiscard]] std::int64_t evaluations(const sinks::ClassStatistics& head);

/// All measures of all classes. The result does not depend on the team's size. One class is in
/// memory at a time, with its normalised sums. Cost per class and delay: twice that of
/// analysis::analyse_mean().
/// @throws DataError or ResourceError as the reader, NumericalError as analyse_mean() or naming a
///   difference that is 0, UsageError or DataError as check()
[[nodiscard]] Results evaluate(const sinks::ClassStatisticsReader& reader,
                               const EvaluateOptions& options, ThreadTeam& team);

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// The choice of a probe's parameters by cross-validation.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "analysis/probe.h"
#include "stategrad/thread_team.h"

namespace stategrad::analysis {

/// Cuts vectors into folds that have about the same share of each class, as scikit-learn's
/// StratifiedKFold without shuffling: within a class the first ones go to the first fold.
/// @param y classes; @param folds at least 2
/// @returns the fold of each vector, from 0
[[nodiscard]] std::vector<int> stratified_folds(std::span<const int> y, int folds);

/// Each vector a fold of its own.
[[nodiscard]] std::vector<int> single_folds(int count);

/// A set of parameters and how well it does.
struct ProbeScore {
  ProbeParameters parameters;
  double score = 0;  ///< mean over the folds of the accuracy on the fold, trained on the others
};

struct ProbeSearch {
  std::vector<double> loss_weights = {0.1, 0.4, 0.6, 0.8, 1, 1.2, 2};  ///< C, rising
  std::vector<int> folds;                                              ///< of each vector, from 0
  double tolerance = 1e-6;  ///< of the fits, as in ProbeFit
  /// Called after every fit with how many are done, by one thread at a time.
  std::function<void(std::int64_t done)> on_fit;
};

/// How many fits search_probe() makes.
[[nodiscard]] std::int64_t count_fits(const ProbeSearch& search);

/// Scores C x {balanced, not} x {one versus rest, multinomial}, in that order with the last one
/// fastest. The same for any number of threads.
/// @throws what fit_probe() and on_fit throw
[[nodiscard]] std::vector<ProbeScore> search_probe(ThreadTeam& team, const LabelledVectors& data,
                                                   const ProbeSearch& search);

/// The first of those with the highest score. @throws UsageError if there are none
[[nodiscard]] const ProbeScore& best_of(std::span<const ProbeScore> scores);

}  // namespace stategrad::analysis

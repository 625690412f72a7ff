// SPDX-License-Identifier: MIT
//
// How well a probe does on data that it has not seen, and how well on labels that mean nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "analysis/jackknife.h"
#include "analysis/probe.h"
#include "stategrad/thread_team.h"

namespace stategrad::analysis {

/// F: neighbouring blocks are tested together, by a probe of the others.
constexpr int kProbeFolds = 5;

/// The fold of a block: ⌊block F / K⌋ for K blocks, K ≥ F.
[[nodiscard]] constexpr int fold_of(int block, int blocks) { return block * kProbeFolds / blocks; }

struct ProbeData {
  LabelledVectors vectors;   ///< labels 0..C-1
  std::vector<int> control;  ///< [n] labels of the control task, of the same classes
  std::vector<int> part;     ///< [n] the block of each, 0..K-1
  int blocks = 10;           ///< K
  int classes = 0;           ///< C
};

struct ProbeEvaluationOptions {
  /// C v to choose from, rising, where v is the mean of the variances of the components: so it does
  /// not matter in which unit vectors are measured.
  std::vector<double> loss_weights = {0.01, 0.1, 1, 10, 100};
  double tolerance = 1e-4;        ///< of the fits that are tested, as in ProbeFit
  double final_tolerance = 1e-7;  ///< of the fit to all data
  /// Called after every fit, by one thread at a time.
  std::function<void()> on_fit;
};

struct ProbeEvaluation {
  std::int64_t count = 0;                            ///< n
  Estimate accuracy;                                 ///< share of vectors whose class is found
  double majority = 0;                               ///< share of the most frequent class
  Estimate control;                                  ///< accuracy in the control task
  Estimate selectivity;                              ///< accuracy - control
  double loss_weight = 0;                            ///< C of the fit to all data
  std::vector<std::vector<std::int64_t>> confusion;  ///< [C][C] true class, class that was found
  Probe probe;                                       ///< multinomial, fitted to all data
};

/// Tests every vector by a multinomial probe that saw nothing of its fold. Of the F folds, f is
/// tested, the next one (cyclically) chooses C by its accuracy with a probe of the other F - 2, and
/// the test is by a probe with this C of all but f. So no number is chosen by what it is tested on.
/// The control task is learnt and tested with the same C. Errors are those of the jackknife over
/// the K blocks, of tests that are made once: they say how much other data of this kind would
/// differ. The fit to all data takes the C with the best mean accuracy over the folds that choose.
///
/// Of equal C the first is taken. The same for any number of threads. Cost: count_fits() fits.
/// @throws UsageError as obstacle() says; what fit_probe() and on_fit throw
[[nodiscard]] ProbeEvaluation evaluate_probe(ThreadTeam& team, const ProbeData& data,
                                             const ProbeEvaluationOptions& options);

/// Why there is nothing to evaluate: fewer than two classes, or a fold without vectors. Empty if
/// there is.
[[nodiscard]] std::string obstacle(std::span<const int> labels, std::span<const int> part,
                                   int blocks);

/// How many fits evaluate_probe() makes.
[[nodiscard]] std::int64_t count_fits(const ProbeEvaluationOptions& options);

}  // namespace stategrad::analysis

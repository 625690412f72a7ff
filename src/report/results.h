// SPDX-License-Identifier: MIT
//
// What an analysis comes to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/block_subspaces.h"
#include "analysis/comparison.h"
#include "analysis/decay.h"
#include "analysis/half_life.h"
#include "analysis/jackknife.h"
#include "analysis/mean_spectrum.h"
#include "analysis/unit_timescales.h"
#include "report/difference_vectors.h"
#include "report/whitening_choice.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::report {

/// How a difference vector is remembered at one delay.
struct DirectionResult {
  std::size_t difference = 0;  ///< index into Results::differences
  analysis::DirectionMeasure measure;
};

/// State gradients of one state at one delay to the words of one class.
struct DelayResult {
  int delay = 0;
  std::int64_t count = 0;
  analysis::MeanSpectrum raw;                        ///< of the mean Ḡ
  std::optional<analysis::MeanSpectrum> normalised;  ///< of Ḡ D; none if whitening failed
  analysis::Estimate mean_norm;                      ///< of |G|, all single state gradients
  std::int64_t sampled = 0;                          ///< single state gradients of the sample
  analysis::Estimate mean_leading;  ///< of σ₁(G) over the sample; without at least two: no error
  /// σ₁(Ḡ) / mean σ₁(G): 1 if all state gradients are alike, near 0 if they cancel in the mean.
  analysis::Estimate kept_by_mean;
  std::vector<DirectionResult> directions;  ///< of Ḡ D; none if whitening failed
  /// Of Ḡ D, at key delays only.
  std::optional<analysis::BlockSubspaces> subspaces;
};

/// How one measure of a class falls with the delay.
struct MemoryResult {
  std::string measure;  ///< as in spectrum.csv
  analysis::Horizon horizon;
  /// Of raw_leading_cross_validated, which keeps what it is without each block.
  std::optional<analysis::HalfLife> half_life;
  analysis::DecayFits decay;
};

/// Two classes of one group, by one measure without a bias that differs between them.
struct ComparisonResult {
  /// `raw_leading_cross_validated`, `half_life` (of that), or of used gradients `used_mean_norm`.
  std::string measure;
  std::string group;
  std::string first;
  std::string second;
  std::optional<int> delay;         ///< none: of the half-life
  analysis::Difference difference;  ///< first - second
  double corrected_p = 1;           ///< by Holm, over all comparisons of the list
};

/// What a remembered subspace is of.
struct SubspacePlace {
  std::string class_name;
  int delay = 0;
};

/// Two remembered subspaces.
struct AngleResult {
  std::string kind;  ///< delays, classes, or models
  SubspacePlace first;
  SubspacePlace second;
  std::string other;         ///< the folder of the other model's results; empty but for models
  StateOfLayer other_state;  ///< of the other model; for models only
  analysis::SubspaceComparison comparison;
};

struct ClassResult {
  std::string name;                 ///< "all" for all words
  std::string group;                ///< what it is one of; "all" for all words
  std::vector<DelayResult> delays;  ///< those at which something was counted
  std::vector<MemoryResult> memory;
};

struct StateResult {
  StateOfLayer state;
  std::vector<ClassResult> classes;  ///< all words first
  std::vector<ComparisonResult> comparisons;
  std::vector<ComparisonResult> half_life_comparisons;
  std::vector<AngleResult> angles;  ///< none if whitening failed
};

/// Used gradients u to the words of a class at one delay.
struct UsedDelay {
  int delay = 0;
  std::int64_t count = 0;
  int blocks = 0;                         ///< with at least one u
  analysis::Estimate mean_norm;           ///< of |u|
  analysis::Estimate norm_of_mean;        ///< |ū|
  double noise = 0;                       ///< of |ū|: what scatter alone would give
  std::vector<double> mean_norm_without;  ///< [K] the mean of |u| without each block
  std::vector<double> sizes;              ///< [K] counts of the blocks
};
struct UsedResult {
  std::string name;
  std::string group;
  std::vector<UsedDelay> delays;  ///< those at which something was counted
};

/// By their gates alone.
struct LayerTimescales {
  int layer = 0;
  std::string gate;                            ///< "forget" or "update"
  int blocks = 0;                              ///< with at least one word
  std::vector<analysis::UnitTimescale> units;  ///< [H]
};

/// How well state gradients to the words of a class predict the change of a state when such a word
/// is replaced, at one delay.
struct ValidityDelay {
  int delay = 0;
  std::int64_t count = 0;             ///< samples compared
  std::int64_t too_small = 0;         ///< samples of whose true change rounding would decide
  int blocks = 0;                     ///< with at least one sample compared
  analysis::Estimate relative_error;  ///< |c - p| / |c|
  analysis::Estimate cosine;          ///< of p and c
  analysis::Estimate norm_ratio;      ///< |p| / |c|
};
struct ValidityResult {
  StateOfLayer state;
  std::string name;                   ///< of the class
  std::string group;                  ///< "all" for all words
  std::vector<ValidityDelay> delays;  ///< those at which something was compared
};

/// Another model whose results were given to compare with.
struct OtherModel {
  std::string directory;  ///< of its results
  std::string failure;    ///< why there are no angles to it, or empty
};

struct Results {
  double condition = 0;           ///< of the whitening; 0 if it failed
  std::string whitening_failure;  ///< why, or empty
  WhiteningChoice whitening;
  double shrinkage = 0;                       ///< λ of the whitening
  std::vector<DifferenceVector> differences;  ///< none if whitening failed
  int subspace = 0;                           ///< k of all cosines and angles
  std::vector<OtherModel> others;             ///< those of compare_models()
  std::vector<StateResult> states;
  std::vector<UsedResult> used;  ///< all words first; empty: not summed
  std::vector<ComparisonResult> used_comparisons;
  std::vector<LayerTimescales> timescales;  ///< of every layer; empty: no gates
  std::vector<ValidityResult> validity;     ///< of every state; empty: not computed
};

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// What an analysis comes to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/jackknife.h"
#include "analysis/mean_spectrum.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::report {

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
};

struct ClassResult {
  std::string name;                 ///< "all" for all words
  std::string group;                ///< what it is one of; "all" for all words
  std::vector<DelayResult> delays;  ///< those at which something was counted
};

struct StateResult {
  StateOfLayer state;
  std::vector<ClassResult> classes;  ///< all words first
};

struct Results {
  double condition = 0;           ///< of the whitening; 0 if it failed
  std::string whitening_failure;  ///< why, or empty
  std::vector<StateResult> states;
};

}  // namespace stategrad::report

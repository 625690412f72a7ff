// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

namespace stategrad::text {

/// What a long text of a synthetic language consists of, as shares of its words; they sum to 1 with
/// one answer for every cue.
struct LanguageShares {
  std::vector<double> cues;  ///< one per slot
  double fillers = 0;
  double ends = 0;
  double choice_entropy = 0;  ///< of the kind of word (and slot), given the past, in nats
};

/// Shares under the stationary distribution of the slots' clock, found by iterating its Markov
/// chain until it stands still to 1e-15.
/// @param lags one per slot; the product of lag + 1 bounds the states of the chain
[[nodiscard]] LanguageShares stationary_shares(std::span<const int> lags, double cue_probability,
                                               double end_probability);

}  // namespace stategrad::text

// SPDX-License-Identifier: MIT
//
// Log-probabilities of a text under a model.
#pragma once

#include <span>
#include <vector>

#include "base/buffer.h"
#include "cells/sequence.h"
#include "stategrad/language_model.h"
#include "stategrad/thread_team.h"

namespace stategrad::model {

/// Reads B streams side by side, window after window, from the zero state. The softmax is batched
/// over all T x B words of a window, so B = 1 does not crawl.
template <class Real>
class Scorer {
 public:
  Scorer(const LanguageModel<Real>& model, int streams, int steps, ThreadTeam& team);

  /// Log-probabilities (natural logarithm) of the targets of one window.
  /// @param inputs, targets time-major [T, B], T at most `steps`
  /// @param log_probabilities [T, B] out
  void score(std::span<const WordId> inputs, std::span<const WordId> targets,
             std::span<double> log_probabilities);

  /// Back to the zero state.
  void reset();

 private:
  void run_layers(std::span<const WordId> inputs, int steps);
  const LanguageModel<Real>* model_;
  ThreadTeam* team_;
  int streams_;
  int steps_;
  std::vector<cells::SequenceActivations<Real>> activations_;
  Buffer<Real> input_;
  Buffer<Real> scratch_;
};

}  // namespace stategrad::model

// SPDX-License-Identifier: MIT
//
// The states of a model at some positions of a text.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "stategrad/gradient_sink.h"
#include "stategrad/language_model.h"
#include "stategrad/thread_team.h"

namespace stategrad::gradient {

struct StateSampleOptions {
  std::vector<StateOfLayer> states;               ///< cell of GRU and RNN: the hidden state
  std::vector<std::int64_t> positions;            ///< rising
  const std::atomic<bool>* stop = nullptr;        ///< looked at every few words
  std::function<void(std::int64_t)> on_progress;  ///< words done
};

/// Reads the text as one stream from the zero state up to the last of the positions.
///
/// Cost: that of reading the text, without the softmax, in the layers that are wanted and those
/// below. Memory: 8 n H bytes a state.
/// @returns for each state [n, H]: what it is after the word at each position
/// @throws UsageError if a layer is not of the model, a position not of the text or not above the
///   one before, or a word outside the vocabulary; NumericalError if a state is not finite;
///   ResourceError; Interrupted when *stop became true
template <class Real>
[[nodiscard]] std::vector<std::vector<double>> sample_states(const LanguageModel<Real>& model,
                                                             std::span<const WordId> text,
                                                             const StateSampleOptions& options,
                                                             ThreadTeam& team);

}  // namespace stategrad::gradient

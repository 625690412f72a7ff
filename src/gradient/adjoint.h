// SPDX-License-Identifier: MIT
//
// State gradients by the adjoint (backward) pass: slow, and independent of the forward recursion.
#pragma once

#include <span>
#include <vector>

#include "stategrad/gradient_sink.h"
#include "stategrad/language_model.h"
#include "stategrad/thread_team.h"

namespace stategrad::gradient {

/// d state / d embedding of the last words of a stretch.
///
/// Reads `words` from the zero state and differentiates the state after its last word by every
/// embedding of the last D words: the backward pass of cells/sequence.h, run on H streams at once,
/// stream h with the unit gradient of component h.
/// @returns D matrices, delay 0 first, each [H, E] row-major: d state[h] / d x_{t-d}[e]
/// @throws UsageError if max_delay is not in 1..words.size() or the model lacks the layer
template <class Real>
[[nodiscard]] std::vector<std::vector<Real>> adjoint_state_gradients(
    const LanguageModel<Real>& model, std::span<const WordId> words, const StateOfLayer& state,
    int max_delay, ThreadTeam& team);

}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
//
// Stored and used: beside the state gradients, what the prediction makes of them.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "stategrad/gradient_sink.h"
#include "stategrad/language_model.h"
#include "stategrad/state_gradients.h"
#include "stategrad/thread_team.h"

namespace stategrad::gradient {

/// u_{t,d} = d log p(x_{t+1} | x_0..x_t) / d x_{t-d} = (d h_t / d x_{t-d})ᵀ g_t, with h_t the
/// hidden state of the top layer and g_t of prediction_gradients.h; along the R directions of the
/// pass.
struct UsedGradient {
  BlockKey key;                    ///< of d h_t / d x_{t-d}
  std::span<const double> values;  ///< [R], borrowed during the call
};

/// Where the results go. Calls come from one thread, positions and then delays rising; the state
/// gradients of a position and its used gradients may come in any order.
struct StoredAndUsed {
  GradientSink* stored = nullptr;                 ///< gets the state gradients
  std::function<void(const UsedGradient&)> used;  ///< gets the used ones
};

/// The words that a pass reads.
struct ReadWords {
  std::span<const WordId> words;
  std::optional<WordId> next = {};  ///< that follows them; without it the last position has no u
};

/// The states that such a pass carries: those that are stored, and the hidden state of the top
/// layer, last unless it is one of them.
[[nodiscard]] std::vector<StateOfLayer> with_top_hidden(std::vector<StateOfLayer> states,
                                                        const Architecture& shape);

/// compute_state_gradients() with the used gradients beside it, in one pass.
///
/// The hidden state of the top layer is computed whether options.states name it or not; `stored`
/// sees only what they name. Windowed or not, with sources, basis or rank tolerance: u belongs to
/// the blocks of that hidden state, one each, as they are.
/// Cost per word beside the state gradients: 2 D R H floating-point operations on the calling
/// thread and 4 V H on the whole team, the latter only where a source is carried.
/// @throws UsageError, ResourceError, NumericalError, Interrupted as compute_state_gradients(), and
///   UsageError if rows_at_once is not 0
template <class Real>
void compute_stored_and_used(const LanguageModel<Real>& model, const ReadWords& text,
                             const GradientOptions& options, const StoredAndUsed& out,
                             ThreadTeam& team);

}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
//
// State gradients of a language model, by a forward recursion over time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "stategrad/gradient_sink.h"
#include "stategrad/language_model.h"
#include "stategrad/thread_team.h"

namespace stategrad {

/// What to compute.
struct GradientOptions {
  /// States wanted, each once; empty: the cell state of the top layer. GRU and RNN have only the
  /// hidden state, which the cell state then means.
  std::vector<StateOfLayer> states;
  int max_delay = 50;  ///< D ≥ 1: delays 0..D-1
  /// Windowed: state gradients never cross the start of a window of num_steps words, as in the
  /// original program, and only N / T - 1 whole windows are used. Continuous: they do.
  bool windowed = false;
  int num_steps = 50;           ///< T, windowed only
  std::vector<int> time_steps;  ///< steps of a window that are wanted; empty: all; windowed only
  /// Directions of the embedding space as rows [R, E]; empty: the identity (R = E).
  std::vector<double> basis;
  /// Positions in the text of the words x whose gradients d state / d x are wanted, rising; empty:
  /// all. Only these are carried, so that the cost is proportional to their number.
  std::vector<std::int64_t> sources;
  /// 0: exact. Else old sources are kept in fewer rows where that pays: each compression of a
  /// source drops at most this share of the Frobenius norm of every block, of blocks that then go
  /// on shrinking or growing; squared norms are never too large (docs/method.md, "Rank tolerance").
  double rank_tolerance = 0;
  /// Directions to carry at once; 0: all. Fewer take less memory and more readings of the text:
  /// the rows of a direction need nothing of those of another. Without a rank tolerance sums are
  /// the same to the last bit, norms but for the order of their addition. Needs a sink that
  /// takes_parts().
  int rows_at_once = 0;
  /// Looked at once per word; when it becomes true the pass ends with Interrupted.
  const std::atomic<bool>* stop = nullptr;
  /// Called with the number of words done, at most once per word; of a reading in parts, with the
  /// share of the work that is done, in words.
  std::function<void(std::int64_t)> on_progress;
};

/// The run that compute_state_gradients() would describe to its sink.
/// @throws UsageError naming every option that makes no sense: max_delay or num_steps < 1, a time
///   step outside 0..T-1 or without windows, a layer that the model lacks, a basis that is no
///   multiple of E long or not finite, a rank_tolerance outside [0, 1), an empty text or one
///   without a whole window (windows need 2 T words, because the last one is dropped as in
///   training), sources that do not rise or lie outside the words that are read, a word outside the
///   vocabulary
template <class Real>
[[nodiscard]] GradientRun plan_state_gradients(const LanguageModel<Real>& model,
                                               std::span<const WordId> text,
                                               const GradientOptions& options);

/// Reads the text as one stream from the zero state and pushes d state_t / d x_{t-d} for every
/// position t and delay d < min(max_delay, t + 1) (t counted from the window's start if windowed)
/// whose t - d is among the sources.
///
/// J_d = d state_t / d x_{t-d} is carried forward in time: each word's step of the network is
/// linearised once, exactly, and applied to the rows of all D sources (docs/method.md). Cost per
/// word and layer: 4 D R H² (LSTM) or 2 D R H² (GRU, RNN) floating-point operations, with D of the
/// sources carried at that word; memory 3 D R H numbers (LSTM) per layer.
/// Sums and norms do not depend on the team's size.
/// @throws UsageError as plan_state_gradients(), or if rows_at_once is negative, or asks for parts
///   that the sink does not take; ResourceError naming D, R and H when the memory
///   does not suffice (before the sink's begin()), NumericalError naming the position and its word
///   when a state gradient is not finite, Interrupted, and whatever the sink throws
template <class Real>
void compute_state_gradients(const LanguageModel<Real>& model, std::span<const WordId> text,
                             const GradientOptions& options, GradientSink& sink, ThreadTeam& team);

}  // namespace stategrad

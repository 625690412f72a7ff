// SPDX-License-Identifier: MIT
//
// How long the units of a layer would keep what is in them, by their gates.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "stategrad/language_model.h"
#include "stategrad/thread_team.h"

namespace stategrad::gradient {

/// Sums of ln f over the words of K blocks of a text, for every unit of every layer: f is the
/// forget gate of an LSTM (c' = f∘c + ...), the update gate z of a GRU (h' = z∘h + ...).
struct GateLogs {
  int layers = 0;                   ///< L
  int blocks = 0;                   ///< K
  int size = 0;                     ///< H
  std::vector<std::int64_t> count;  ///< [K] words
  std::vector<double> sum;          ///< [L, K, H] Σ ln f

  /// [K, H] of a layer.
  [[nodiscard]] std::span<const double> of_layer(int layer) const;
};

/// Reads the text as one stream from the zero state.
///
/// A gate that rounds to 0 counts as the smallest normal number, so that sums stay finite: its
/// logarithm is -87 (float) or -708 (double). One that rounds to 1 has the logarithm 0.
/// Cost: that of reading the text, without the softmax.
/// @param stop may be null
/// @throws UsageError if the cell is an RNN, which has no such gate, the text is empty or has a
///   word outside the vocabulary, or blocks is not in 1..N; NumericalError if a gate is not finite;
///   Interrupted when *stop became true
template <class Real>
[[nodiscard]] GateLogs sum_gate_logs(const LanguageModel<Real>& model, std::span<const WordId> text,
                                     int blocks, ThreadTeam& team,
                                     const std::atomic<bool>* stop = nullptr);

}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
//
// How long the units of a layer would keep what is in them, by their gates.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
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
  /// Adds the sums over other words of the same text.
  GateLogs& operator+=(const GateLogs& other);
};

struct GateLogsOptions {
  int blocks = 1;                    ///< K, of the whole text, as block_of() has them
  std::int64_t first = 0;            ///< the first word that counts; those before are read only
  std::optional<std::int64_t> last;  ///< behind the last one that counts; none: N
  const std::atomic<bool>* stop = nullptr;
  std::function<void(std::int64_t)> on_progress;  ///< words done
};

/// Whether a model has gates to sum up: not a plain RNN, nor a cell from elsewhere.
[[nodiscard]] bool has_keeping_gate(const Architecture& shape);

/// Reads the text as one stream from the zero state, to the last word that counts. The sums over
/// stretches that make up a text are those over the text, to rounding; the counts exactly.
///
/// A gate that rounds to 0 counts as the smallest normal number, so that sums stay finite: its
/// logarithm is -87 (float) or -708 (double). One that rounds to 1 has the logarithm 0.
/// Cost: that of reading the text, without the softmax.
/// @throws UsageError unless has_keeping_gate(), if the text is empty, a word that is read is
///   outside the vocabulary, K is below 1 or [first, last) no stretch of 0..N; NumericalError if a
///   gate is not finite; Interrupted when *stop became true
template <class Real>
[[nodiscard]] GateLogs sum_gate_logs(const LanguageModel<Real>& model, std::span<const WordId> text,
                                     const GateLogsOptions& options, ThreadTeam& team);

}  // namespace stategrad::gradient

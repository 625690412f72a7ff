// SPDX-License-Identifier: MIT
#include "gradient/gate_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text_blocks.h"
#include "gradient/layer_stack.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

/// Words that are read at once.
constexpr std::size_t kPiece = 64;

/// The second gate of both cells: i, f, g, o and r, z, n.
constexpr std::size_t kKeepingGate = 1;

void require_sense(const Architecture& shape, std::span<const WordId> text, int blocks) {
  if (shape.cell == CellKind::kRnn) {
    throw UsageError("timescales: a plain RNN has no gate; LSTM and GRU have");
  }
  if (blocks < 1 || blocks > std::ssize(text)) {
    throw UsageError(
        fmt::format("{} blocks of {} words: give at least 1 and at most as many as "
                    "there are words",
                    blocks, text.size()));
  }
  for (const WordId word : text) {
    if (word >= 0 && word < shape.vocab_size) continue;
    throw UsageError(
        fmt::format("word id {}: the vocabulary has 0 to {}", word, shape.vocab_size - 1));
  }
}

/// Adds the logarithms of a layer's gates in one step to [H] sums.
template <class Real>
void add_logs(std::span<const Real> gates, double* sums, std::size_t size) {
  for (std::size_t u = 0; u < size; ++u) {
    const Real gate = gates[kKeepingGate * size + u];
    // Not std::max alone, which would hide what is not a number.
    sums[u] += std::log(gate < std::numeric_limits<Real>::min()
                            ? static_cast<double>(std::numeric_limits<Real>::min())
                            : static_cast<double>(gate));
  }
}

}  // namespace

std::span<const double> GateLogs::of_layer(int layer) const {
  const std::size_t numbers = sum.size() / static_cast<std::size_t>(layers);
  return std::span(sum).subspan(static_cast<std::size_t>(layer) * numbers, numbers);
}

template <class Real>
GateLogs sum_gate_logs(const LanguageModel<Real>& model, std::span<const WordId> text, int blocks,
                       ThreadTeam& team, const std::atomic<bool>* stop) {
  const Architecture& shape = model.architecture();
  require_sense(shape, text, blocks);
  const auto size = static_cast<std::size_t>(shape.size);
  const auto number = static_cast<std::size_t>(blocks);
  const auto layers = static_cast<std::size_t>(shape.num_layers);
  GateLogs out{.layers = shape.num_layers,
               .blocks = blocks,
               .size = shape.size,
               .count = std::vector<std::int64_t>(number),
               .sum = std::vector<double>(layers * number * size)};
  LayerStack<Real> end(model, shape.num_layers, 0, 1);
  for (std::size_t first = 0; first < text.size(); first += kPiece) {
    if (stop != nullptr && stop->load(std::memory_order_relaxed)) {
      throw Interrupted(fmt::format("interrupted after {} of {} words", first, text.size()));
    }
    const std::size_t words = std::min(kPiece, text.size() - first);
    LayerStack<Real> piece(model, shape.num_layers, static_cast<int>(words), 1);
    piece.start_from(end);
    piece.embed(text.subspan(first, words));
    piece.forward(team);
    for (std::size_t step = 0; step < words; ++step) {
      const auto block = static_cast<std::size_t>(
          block_of(static_cast<std::int64_t>(first + step), std::ssize(text), blocks));
      ++out.count[block];
      for (std::size_t l = 0; l < layers; ++l) {
        add_logs(piece.gates_of(static_cast<int>(l), static_cast<int>(step)),
                 out.sum.data() + (l * number + block) * size, size);
      }
    }
    end = std::move(piece);
  }
  if (!std::all_of(out.sum.begin(), out.sum.end(), [](double x) { return std::isfinite(x); })) {
    throw NumericalError("a gate is not finite: the model's weights are not");
  }
  return out;
}

template GateLogs sum_gate_logs(const LanguageModel<float>&, std::span<const WordId>, int,
                                ThreadTeam&, const std::atomic<bool>*);
template GateLogs sum_gate_logs(const LanguageModel<double>&, std::span<const WordId>, int,
                                ThreadTeam&, const std::atomic<bool>*);

}  // namespace stategrad::gradient

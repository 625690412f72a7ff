// SPDX-License-Identifier: MIT
#include "gradient/gate_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/text_blocks.h"
#include "gradient/layer_stack.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

/// The second gate of both cells: i, f, g, o and r, z, n.
constexpr std::size_t kKeepingGate = 1;

/// The words that count.
struct Counted {
  std::int64_t first = 0;
  std::int64_t last = 0;
};

Counted require_sense(const Architecture& shape, std::span<const WordId> text,
                      const GateLogsOptions& options) {
  if (!has_keeping_gate(shape)) {
    throw UsageError("timescales: a plain RNN has no gate; LSTM and GRU have");
  }
  if (text.empty() || options.blocks < 1) {
    throw UsageError(
        fmt::format("{} blocks of {} words: give at least 1 of each", options.blocks, text.size()));
  }
  const std::int64_t words = std::ssize(text);
  const Counted counted = {options.first, options.last.value_or(words)};
  if (counted.first < 0 || counted.last < counted.first || counted.last > words) {
    throw UsageError(fmt::format("words {} to {} of {}: no stretch of the text", counted.first,
                                 counted.last, words));
  }
  for (const WordId word : text.first(static_cast<std::size_t>(counted.last))) {
    if (word >= 0 && word < shape.vocab_size) continue;
    throw UsageError(
        fmt::format("word id {}: the vocabulary has 0 to {}", word, shape.vocab_size - 1));
  }
  return counted;
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

GateLogs& GateLogs::operator+=(const GateLogs& other) {
  if (other.sum.size() != sum.size() || other.count.size() != count.size()) {
    throw InternalError("sums of different sizes");
  }
  std::transform(other.count.begin(), other.count.end(), count.begin(), count.begin(),
                 std::plus<std::int64_t>());
  std::transform(other.sum.begin(), other.sum.end(), sum.begin(), sum.begin(), std::plus<double>());
  return *this;
}

bool has_keeping_gate(const Architecture& shape) {
  return shape.cell == CellKind::kLstm || shape.cell == CellKind::kGru;
}

template <class Real>
GateLogs sum_gate_logs(const LanguageModel<Real>& model, std::span<const WordId> text,
                       const GateLogsOptions& options, ThreadTeam& team) {
  const Architecture& shape = model.architecture();
  const Counted counted = require_sense(shape, text, options);
  const auto size = static_cast<std::size_t>(shape.size);
  const auto blocks = static_cast<std::size_t>(options.blocks);
  const auto layers = static_cast<std::size_t>(shape.num_layers);
  GateLogs out{.layers = shape.num_layers,
               .blocks = options.blocks,
               .size = shape.size,
               .count = std::vector<std::int64_t>(blocks),
               .sum = std::vector<double>(layers * blocks * size)};
  const auto add_word = [&](std::int64_t position, int step, const LayerStack<Real>& piece) {
    const auto block =
        static_cast<std::size_t>(block_of(position, std::ssize(text), options.blocks));
    ++out.count[block];
    for (std::size_t l = 0; l < layers; ++l) {
      add_logs(piece.gates_of(static_cast<int>(l), step),
               out.sum.data() + (l * blocks + block) * size, size);
    }
  };
  const auto add_piece = [&](std::size_t first, std::size_t count, const LayerStack<Real>& piece) {
    for (std::size_t step = 0; step < count; ++step) {
      const auto position = static_cast<std::int64_t>(first + step);
      if (position >= counted.first) add_word(position, static_cast<int>(step), piece);
    }
    const auto done = static_cast<std::int64_t>(first + count);
    if (options.on_progress) options.on_progress(done);
    if (options.stop != nullptr && options.stop->load(std::memory_order_relaxed)) {
      throw Interrupted(fmt::format("interrupted after {} of {} words", done, counted.last));
    }
  };
  static_cast<void>(read_words(model, shape.num_layers,
                               text.first(static_cast<std::size_t>(counted.last)), team,
                               PieceUse<Real>(add_piece)));
  if (!std::all_of(out.sum.begin(), out.sum.end(), [](double x) { return std::isfinite(x); })) {
    throw NumericalError("a gate is not finite: the model's weights are not");
  }
  return out;
}

template GateLogs sum_gate_logs(const LanguageModel<float>&, std::span<const WordId>,
                                const GateLogsOptions&, ThreadTeam&);
template GateLogs sum_gate_logs(const LanguageModel<double>&, std::span<const WordId>,
                                const GateLogsOptions&, ThreadTeam&);

}  // namespace stategrad::gradient

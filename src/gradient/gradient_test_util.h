// SPDX-License-Identifier: MIT
//
// What the tests of this room share: random models, a sink that keeps everything, and a naive
// reference that knows nothing of recursions: dual numbers through the textbook formulas.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <tuple>
#include <vector>

#include "base/random.h"
#include "model/parameters.h"
#include "stategrad/gradient_sink.h"
#include "stategrad/language_model.h"
#include "stategrad/state_gradients.h"
#include "stategrad/thread_team.h"

namespace stategrad::gradient {

inline LanguageModel<double> random_model(const Architecture& shape, std::uint64_t seed,
                                          double scale = 1) {
  std::vector<std::string> words;
  for (std::int64_t i = 0; i < shape.vocab_size; ++i) words.push_back(fmt::format("w{}", i));
  Parameters<double> parameters(shape);
  RandomStream random(seed);
  for (auto& tensor : named_tensors(parameters)) {
    for (double& value : tensor.values) value = scale * (2 * random.uniform() - 1);
  }
  return {Vocabulary(std::move(words)), std::move(parameters)};
}

inline std::vector<WordId> random_text(const Architecture& shape, int length, std::uint64_t seed) {
  RandomStream random(seed, 1);
  std::vector<WordId> text(static_cast<std::size_t>(length));
  for (WordId& word : text) {
    word = static_cast<WordId>(random.below(static_cast<std::uint64_t>(shape.vocab_size)));
  }
  return text;
}

struct StoredBlock {
  BlockKey key;
  std::vector<double> values;  ///< [H, R]
  double squared_norm = 0;
};

/// Keeps every block, and sums the blocks of each state and delay through accumulators.
class KeepingSink : public GradientSink {
 public:
  using Place = std::tuple<int, std::int64_t, int>;  ///< state index, position, delay

  void begin(const GradientRun& run_begun) override {
    run = run_begun;
    const auto numbers = static_cast<std::size_t>(run.rows * run.architecture.size);
    const auto delays = std::min(static_cast<std::size_t>(run.max_delay), run.text.size());
    sums.assign(run.states.size(),
                std::vector<std::vector<double>>(delays, std::vector<double>(numbers)));
  }
  double* accumulator(const BlockKey& key) override {
    return sums[static_cast<std::size_t>(key.state_index)][static_cast<std::size_t>(key.delay)]
        .data();
  }
  void push(const GradientBlock& block) override {
    StoredBlock stored{block.key, std::vector<double>(sums[0][0].size()), block.squared_norm};
    block.transpose_to(std::span<double>(stored.values));
    order.push_back({block.key.position, block.key.state_index, block.key.delay});
    blocks[{block.key.state_index, block.key.position, block.key.delay}] = std::move(stored);
  }
  void end_position(std::int64_t position) override { ended.push_back(position); }
  void finish() override { finished = true; }

  GradientRun run;
  std::map<Place, StoredBlock> blocks;
  std::vector<std::array<std::int64_t, 3>> order;
  std::vector<std::int64_t> ended;
  std::vector<std::vector<std::vector<double>>> sums;  ///< [state][delay][R*H]
  bool finished = false;
};

/// A number with its derivative along one direction.
struct Dual {
  double v = 0;
  double d = 0;
};
inline Dual operator+(Dual a, Dual b) { return {a.v + b.v, a.d + b.d}; }
inline Dual operator-(Dual a, Dual b) { return {a.v - b.v, a.d - b.d}; }
inline Dual operator*(Dual a, Dual b) { return {a.v * b.v, a.d * b.v + a.v * b.d}; }
inline Dual tanh(Dual a) {
  const double t = std::tanh(a.v);
  return {t, (1 - t * t) * a.d};
}
inline Dual sigmoid(Dual a) {
  const double s = 1 / (1 + std::exp(-a.v));
  return {s, s * (1 - s) * a.d};
}

/// Reads words[first..last] with d embedding(words[source]) = direction and returns the states of
/// all layers after every word: states[t - first][layer][hidden, cell].
class NaiveReference {
 public:
  using Vector = std::vector<Dual>;
  using State = std::array<Vector, 2>;

  explicit NaiveReference(const LanguageModel<double>& model) : p_(model.parameters()) {}

  std::vector<State> start() const {
    const Vector zero(static_cast<std::size_t>(p_.architecture.size));
    return std::vector<State>(p_.layers.size(), State{zero, zero});
  }
  void step(std::vector<State>& states, WordId word, const double* direction) const {
    const auto width = static_cast<std::size_t>(p_.architecture.embedding_size);
    Vector input(width);
    for (std::size_t e = 0; e < width; ++e) {
      input[e] = {p_.embedding[static_cast<std::size_t>(word) * width + e],
                  direction == nullptr ? 0 : direction[e]};
    }
    for (std::size_t l = 0; l < states.size(); ++l) {
      states[l] = step_layer(p_.layers[l], input, states[l]);
      input = states[l][0];
    }
  }

 private:
  static Dual row(const Buffer<double>& weights, std::size_t r, const Vector& x) {
    Dual sum;
    for (std::size_t i = 0; i < x.size(); ++i) sum = sum + Dual{weights[r * x.size() + i]} * x[i];
    return sum;
  }
  State step_layer(const cells::LayerWeights<double>& w, const Vector& x, const State& old) const {
    const auto& [h, c] = old;
    const std::size_t n = h.size();
    State out = old;
    const auto ih = [&](std::size_t r) { return row(w.weight_ih, r, x) + Dual{w.bias_ih[r]}; };
    const auto hh = [&](std::size_t r) { return row(w.weight_hh, r, h) + Dual{w.bias_hh[r]}; };
    Vector reset_h(n);
    for (std::size_t u = 0; u < n && p_.architecture.cell == CellKind::kGru; ++u) {
      reset_h[u] = sigmoid(ih(u) + hh(u)) * h[u];
    }
    for (std::size_t u = 0; u < n; ++u) {
      if (p_.architecture.cell == CellKind::kRnn) {
        out[0][u] = tanh(ih(u) + hh(u));
      } else if (p_.architecture.cell == CellKind::kLstm) {
        const auto gate = [&](std::size_t g) { return ih(g * n + u) + hh(g * n + u); };
        out[1][u] = sigmoid(gate(1)) * c[u] + sigmoid(gate(0)) * tanh(gate(2));
        out[0][u] = sigmoid(gate(3)) * tanh(out[1][u]);
      } else {
        const Dual z = sigmoid(ih(n + u) + hh(n + u));
        const std::size_t r = 2 * n + u;
        const Dual candidate =
            p_.architecture.reset_after
                ? tanh(ih(r) + sigmoid(ih(u) + hh(u)) * hh(r))
                : tanh(ih(r) + row(w.weight_hh, r, reset_h) + Dual{w.bias_hh[r]});
        out[0][u] = z * h[u] + (Dual{1} - z) * candidate;
      }
    }
    return out;
  }

  const Parameters<double>& p_;
};

/// The state gradient [H, R] of the state after words[last] to words[source], read from
/// words[first] with the values that the words before it leave.
inline std::vector<double> naive_gradient(const LanguageModel<double>& model,
                                          const GradientRun& run, std::span<const double> basis,
                                          const BlockKey& key) {
  const NaiveReference reference(model);
  const auto size = static_cast<std::size_t>(run.architecture.size);
  const auto width = static_cast<std::size_t>(run.architecture.embedding_size);
  const auto rows = static_cast<std::size_t>(run.rows);
  const StateOfLayer& wanted = run.states[static_cast<std::size_t>(key.state_index)];
  std::vector<double> out(size * rows);
  for (std::size_t r = 0; r < rows; ++r) {
    std::vector<double> direction(width);
    for (std::size_t e = 0; e < width; ++e) {
      direction[e] = basis.empty() ? (e == r ? 1 : 0) : basis[r * width + e];
    }
    auto states = reference.start();
    for (std::int64_t t = 0; t <= key.position; ++t) {
      reference.step(states, run.text[static_cast<std::size_t>(t)],
                     t == key.position - key.delay ? direction.data() : nullptr);
    }
    const auto& state = states[static_cast<std::size_t>(wanted.layer)];
    for (std::size_t h = 0; h < size; ++h) {
      out[h * rows + r] = state[wanted.state == StateKind::kCell ? 1 : 0][h].d;
    }
  }
  return out;
}

inline double largest(const std::vector<double>& values) {
  double result = 0;
  for (const double value : values) result = std::max(result, std::abs(value));
  return result;
}

/// Every state of every layer.
inline std::vector<StateOfLayer> all_states(const Architecture& shape) {
  std::vector<StateOfLayer> states;
  for (int layer = 0; layer < shape.num_layers; ++layer) {
    if (shape.cell == CellKind::kLstm) states.push_back({StateKind::kCell, layer});
    states.push_back({StateKind::kHidden, layer});
  }
  return states;
}

/// What a pass delivers.
template <class Real>
KeepingSink compute(const LanguageModel<Real>& model, std::span<const WordId> text,
                    const GradientOptions& options, int threads = 1) {
  ThreadTeam team(threads);
  KeepingSink sink;
  compute_state_gradients(model, text, options, sink, team);
  return sink;
}

}  // namespace stategrad::gradient

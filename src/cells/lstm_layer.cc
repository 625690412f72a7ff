// SPDX-License-Identifier: MIT
#include <algorithm>

#include "cells/single_stream_layers.h"
#include "cells/transposed_weights.h"

namespace stategrad::cells {
namespace {

enum Gate : std::int64_t { kInput, kForget, kCandidate, kOutput, kGates };

template <class Real>
class LstmLayer final : public DifferentiableLayer<Real> {
 public:
  explicit LstmLayer(const LayerWeights<Real>& weights)
      : weights_(CellKind::kLstm, weights),
        size_(weights.size),
        gates_(static_cast<std::size_t>(weights_.columns)),
        factors_(static_cast<std::size_t>(weights_.columns)),
        hidden_(static_cast<std::size_t>(size_)),
        cell_(static_cast<std::size_t>(size_)),
        linearization_(CellKind::kLstm, weights.input_size, weights.size) {}

  void reset() override {
    std::fill(hidden_.begin(), hidden_.end(), Real{0});
    std::fill(cell_.begin(), cell_.end(), Real{0});
  }

  void step(ThreadTeam::Worker& worker, const Real* input, bool differentiate) override {
    worker.barrier();
    const auto [first, last] = worker.share(size_, kUnitGrain);
    compute_pre_activations(input, first, last);
    worker.barrier();  // the old hidden state has been read by all
    for (std::int64_t u = first; u < last; ++u) advance_unit(u);
    worker.barrier();
    if (differentiate) {
      const auto [first_row, last_row] = worker.share(size_ + weights_.input_size);
      for (std::int64_t j = first_row; j < last_row; ++j) combine_row(j);
    }
    worker.barrier();
  }

  [[nodiscard]] const Real* hidden() const override { return hidden_.data(); }
  [[nodiscard]] const Real* cell() const override { return cell_.data(); }
  [[nodiscard]] const Linearization<Real>& linearization() const override { return linearization_; }

 private:
  void compute_pre_activations(const Real* input, std::int64_t first, std::int64_t last) {
    const auto units = static_cast<std::size_t>(last - first);
    for (std::int64_t gate = 0; gate < kGates; ++gate) {
      const std::int64_t column = gate * size_ + first;
      for (std::int64_t u = column; u < column + last - first; ++u) {
        gates_[u] = weights_.bias_ih[u] + weights_.bias_hh[u];
      }
      const std::span<Real> out(gates_.data() + column, units);
      add_rows(std::span<const Real>(input, static_cast<std::size_t>(weights_.input_size)),
               weights_.input.data() + column, weights_.columns, out);
      add_rows(std::span<const Real>(hidden_), weights_.recurrent.data() + column, weights_.columns,
               out);
    }
  }

  /// New state of a unit, and the factors of its columns of the combined matrices.
  void advance_unit(std::int64_t u) {
    const Real i = sigmoid(gates_[kInput * size_ + u]);
    const Real f = sigmoid(gates_[kForget * size_ + u]);
    const Real g = std::tanh(gates_[kCandidate * size_ + u]);
    const Real o = sigmoid(gates_[kOutput * size_ + u]);
    const Real old_cell = cell_[u];
    const Real new_cell = f * old_cell + i * g;
    const Real tanh_cell = std::tanh(new_cell);
    cell_[u] = new_cell;
    hidden_[u] = o * tanh_cell;
    linearization_.f[u] = f;
    linearization_.k[u] = o * (1 - tanh_cell * tanh_cell);
    factors_[kInput * size_ + u] = g * i * (1 - i);
    factors_[kForget * size_ + u] = old_cell * f * (1 - f);
    factors_[kCandidate * size_ + u] = i * (1 - g * g);
    factors_[kOutput * size_ + u] = tanh_cell * o * (1 - o);
  }

  /// Row j of [A | O] (j < H) or, after them, of [P | Q].
  void combine_row(std::int64_t j) {
    const Real* __restrict row = weights_.row(j);
    const Real* __restrict factor = factors_.data();
    Real* __restrict out = j < size_ ? linearization_.recurrent.data() + j * 2 * size_
                                     : linearization_.input.data() + (j - size_) * 2 * size_;
    for (std::int64_t u = 0; u < size_; ++u) {
      out[u] = factor[u] * row[u] + factor[size_ + u] * row[size_ + u] +
               factor[2 * size_ + u] * row[2 * size_ + u];
    }
    for (std::int64_t u = 0; u < size_; ++u) {
      out[size_ + u] = factor[kOutput * size_ + u] * row[kOutput * size_ + u];
    }
  }

  TransposedWeights<Real> weights_;
  std::int64_t size_;
  Buffer<Real> gates_;    ///< [4H] pre-activations
  Buffer<Real> factors_;  ///< [4H] of the rows of W_i, W_f, W_g and W_o
  Buffer<Real> hidden_;
  Buffer<Real> cell_;
  Linearization<Real> linearization_;
};

}  // namespace

template <class Real>
std::unique_ptr<DifferentiableLayer<Real>> make_lstm_layer(const LayerWeights<Real>& weights) {
  return std::make_unique<LstmLayer<Real>>(weights);
}

template std::unique_ptr<DifferentiableLayer<float>> make_lstm_layer(const LayerWeights<float>&);
template std::unique_ptr<DifferentiableLayer<double>> make_lstm_layer(const LayerWeights<double>&);

}  // namespace stategrad::cells

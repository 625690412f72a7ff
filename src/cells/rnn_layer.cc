// SPDX-License-Identifier: MIT
#include <algorithm>

#include "cells/single_stream_layers.h"
#include "cells/transposed_weights.h"

namespace stategrad::cells {
namespace {

template <class Real>
class RnnLayer final : public DifferentiableLayer<Real> {
 public:
  explicit RnnLayer(const LayerWeights<Real>& weights)
      : weights_(CellKind::kRnn, weights),
        size_(weights.size),
        pre_activation_(static_cast<std::size_t>(size_)),
        factor_(static_cast<std::size_t>(size_)),
        hidden_(static_cast<std::size_t>(size_)),
        linearization_(CellKind::kRnn, weights.input_size, weights.size) {}

  void reset() override { std::fill(hidden_.begin(), hidden_.end(), Real{0}); }

  void step(ThreadTeam::Worker& worker, const Real* input, bool differentiate) override {
    worker.barrier();
    const auto [first, last] = worker.share(size_, kUnitGrain);
    for (std::int64_t u = first; u < last; ++u) {
      pre_activation_[u] = weights_.bias_ih[u] + weights_.bias_hh[u];
    }
    const std::span<Real> out(pre_activation_.data() + first,
                              static_cast<std::size_t>(last - first));
    add_rows(std::span<const Real>(input, static_cast<std::size_t>(weights_.input_size)),
             weights_.input.data() + first, size_, out);
    add_rows(std::span<const Real>(hidden_), weights_.recurrent.data() + first, size_, out);
    worker.barrier();  // the old hidden state has been read by all
    for (std::int64_t u = first; u < last; ++u) {
      hidden_[u] = std::tanh(pre_activation_[u]);
      factor_[u] = 1 - hidden_[u] * hidden_[u];
    }
    worker.barrier();
    if (differentiate) {
      const auto [first_row, last_row] = worker.share(size_ + weights_.input_size);
      for (std::int64_t j = first_row; j < last_row; ++j) scale_row(j);
    }
    worker.barrier();
  }

  [[nodiscard]] const Real* hidden() const override { return hidden_.data(); }
  [[nodiscard]] const Real* cell() const override { return nullptr; }
  [[nodiscard]] const Linearization<Real>& linearization() const override { return linearization_; }

 private:
  /// M = (diag(1 - h'²) U)ᵀ, N = (diag(1 - h'²) W)ᵀ, one row of the two.
  void scale_row(std::int64_t j) {
    const Real* __restrict row = weights_.row(j);
    const Real* __restrict factor = factor_.data();
    Real* __restrict out = j < size_ ? linearization_.recurrent.data() + j * size_
                                     : linearization_.input.data() + (j - size_) * size_;
    for (std::int64_t u = 0; u < size_; ++u) out[u] = factor[u] * row[u];
  }

  TransposedWeights<Real> weights_;
  std::int64_t size_;
  Buffer<Real> pre_activation_;
  Buffer<Real> factor_;
  Buffer<Real> hidden_;
  Linearization<Real> linearization_;
};

}  // namespace

template <class Real>
std::unique_ptr<DifferentiableLayer<Real>> make_rnn_layer(const LayerWeights<Real>& weights) {
  return std::make_unique<RnnLayer<Real>>(weights);
}

template std::unique_ptr<DifferentiableLayer<float>> make_rnn_layer(const LayerWeights<float>&);
template std::unique_ptr<DifferentiableLayer<double>> make_rnn_layer(const LayerWeights<double>&);

}  // namespace stategrad::cells

// SPDX-License-Identifier: MIT
#include <algorithm>

#include "cells/single_stream_layers.h"
#include "cells/transposed_weights.h"
#include "kernels/gemm.h"

namespace stategrad::cells {
namespace {

enum Gate : std::int64_t { kReset, kUpdate, kCandidate, kGates };

/// What both variants share: weights, state, and the gates r and z.
template <class Real>
class GruLayer : public DifferentiableLayer<Real> {
 public:
  explicit GruLayer(const LayerWeights<Real>& weights)
      : weights_(CellKind::kGru, weights),
        size_(weights.size),
        gates_(static_cast<std::size_t>(weights_.columns)),
        hidden_(static_cast<std::size_t>(size_)),
        update_factor_(static_cast<std::size_t>(size_)),
        candidate_factor_(static_cast<std::size_t>(size_)),
        reset_factor_(static_cast<std::size_t>(size_)),
        linearization_(CellKind::kGru, weights.input_size, weights.size) {}

  void reset() override { std::fill(hidden_.begin(), hidden_.end(), Real{0}); }
  [[nodiscard]] const Real* hidden() const override { return hidden_.data(); }
  [[nodiscard]] const Real* cell() const override { return nullptr; }
  [[nodiscard]] const Linearization<Real>& linearization() const override { return linearization_; }

 protected:
  [[nodiscard]] std::span<const Real> input_span(const Real* input) const {
    return {input, static_cast<std::size_t>(weights_.input_size)};
  }
  [[nodiscard]] std::span<Real> gate_span(Gate gate, std::int64_t first, std::int64_t last) {
    return {gates_.data() + gate * size_ + first, static_cast<std::size_t>(last - first)};
  }

  /// gates_ = b + W x for units [first, last) of a gate; bias_hh of the candidate is left out.
  void start_gate(Gate gate, const Real* input, std::int64_t first, std::int64_t last) {
    const std::int64_t column = gate * size_ + first;
    const std::span<Real> out = gate_span(gate, first, last);
    std::copy_n(weights_.bias_ih.data() + column, out.size(), out.data());
    if (gate != kCandidate) {
      for (std::size_t u = 0; u < out.size(); ++u) out[u] += weights_.bias_hh[column + u];
    }
    add_rows(input_span(input), weights_.input.data() + column, weights_.columns, out);
  }

  /// r and z of units [first, last).
  void compute_reset_and_update(const Real* input, std::int64_t first, std::int64_t last) {
    for (const Gate gate : {kReset, kUpdate}) {
      start_gate(gate, input, first, last);
      const std::span<Real> out = gate_span(gate, first, last);
      add_rows(std::span<const Real>(hidden_), weights_.recurrent.data() + gate * size_ + first,
               weights_.columns, out);
      for (Real& value : out) value = sigmoid(value);
    }
  }

  /// h' of a unit from its candidate n, and the factors (h-n) z(1-z) and (1-z)(1-n²).
  void advance_unit(std::int64_t u, Real n) {
    const Real z = gates_[kUpdate * size_ + u];
    const Real old_hidden = hidden_[u];
    update_factor_[u] = (old_hidden - n) * z * (1 - z);
    candidate_factor_[u] = (1 - z) * (1 - n * n);
    hidden_[u] = z * old_hidden + (1 - z) * n;
  }

  [[nodiscard]] Real* linearization_row(std::int64_t j) {
    return j < size_ ? linearization_.recurrent.data() + j * size_
                     : linearization_.input.data() + (j - size_) * size_;
  }
  void add_update_to_diagonal(std::int64_t j) {
    if (j < size_) linearization_row(j)[j] += gates_[kUpdate * size_ + j];
  }

  TransposedWeights<Real> weights_;
  std::int64_t size_;
  Buffer<Real> gates_;             ///< [3H]: r, z, and what the candidate needs
  Buffer<Real> hidden_;            ///< [H]
  Buffer<Real> update_factor_;     ///< [H], of the rows of W_z
  Buffer<Real> candidate_factor_;  ///< [H], of the rows of W_n and what is inside of it
  Buffer<Real> reset_factor_;      ///< [H], of the rows of W_r
  Linearization<Real> linearization_;
};

/// M = (diag(z) + diag((h-n) z(1-z)) U_z + diag((1-z)(1-n²)) U_n (diag(r) + diag(h r(1-r)) U_r))ᵀ,
/// N = (diag((h-n) z(1-z)) W_z + diag((1-z)(1-n²)) (W_n + U_n diag(h r(1-r)) W_r))ᵀ.
template <class Real>
class GruResetBeforeLayer final : public GruLayer<Real> {
  using Base = GruLayer<Real>;
  using Base::candidate_factor_, Base::gates_, Base::hidden_, Base::reset_factor_, Base::size_,
      Base::update_factor_, Base::weights_;

 public:
  explicit GruResetBeforeLayer(const LayerWeights<Real>& weights)
      : Base(weights),
        reset_hidden_(static_cast<std::size_t>(size_)),
        scaled_(static_cast<std::size_t>((size_ + weights.input_size) * size_)) {}

  void step(ThreadTeam::Worker& worker, const Real* input, bool differentiate) override {
    worker.barrier();
    const auto [first, last] = worker.share(size_, kUnitGrain);
    this->compute_reset_and_update(input, first, last);
    for (std::int64_t u = first; u < last; ++u) {
      const Real r = gates_[kReset * size_ + u];
      reset_hidden_[u] = r * hidden_[u];
      reset_factor_[u] = hidden_[u] * r * (1 - r);
    }
    this->start_gate(kCandidate, input, first, last);
    worker.barrier();  // r∘h is complete, and the old hidden state has been read by all
    const std::span<Real> candidate = this->gate_span(kCandidate, first, last);
    add_rows(std::span<const Real>(reset_hidden_),
             weights_.recurrent.data() + kCandidate * size_ + first, weights_.columns, candidate);
    for (std::int64_t u = first; u < last; ++u) {
      const std::int64_t column = kCandidate * size_ + u;
      this->advance_unit(u, std::tanh(gates_[column] + weights_.bias_hh[column]));
    }
    worker.barrier();
    if (differentiate) {
      const auto [first_row, last_row] = worker.share(size_ + weights_.input_size);
      if (first_row < last_row) combine_rows(first_row, last_row);
    }
    worker.barrier();
  }

 private:
  void combine_rows(std::int64_t first, std::int64_t last) {
    for (std::int64_t j = first; j < last; ++j) {
      const Real* __restrict row = weights_.row(j);
      const Real* __restrict factor = reset_factor_.data();
      Real* __restrict out = scaled_.data() + j * size_;
      for (std::int64_t v = 0; v < size_; ++v) out[v] = row[v] * factor[v];
    }
    // The rows of M and those of N lie in different matrices: a product for each.
    multiply_by_candidate(first, std::min(last, size_));
    multiply_by_candidate(std::max(first, size_), last);
    for (std::int64_t j = first; j < last; ++j) finish_row(j);
  }

  /// Rows [first, last) of M or N = (rows of W_rᵀ scaled) U_nᵀ.
  void multiply_by_candidate(std::int64_t first, std::int64_t last) {
    if (first >= last) return;
    kernels::gemm<Real>(last - first, size_, size_, 1, {scaled_.data() + first * size_, size_},
                        {weights_.recurrent.data() + kCandidate * size_, weights_.columns}, 0,
                        this->linearization_row(first), size_);
  }

  void finish_row(std::int64_t j) {
    const Real* __restrict update_row = weights_.row(j) + kUpdate * size_;
    const Real* __restrict candidate_row = weights_.row(j) + kCandidate * size_;
    const Real* __restrict update = update_factor_.data();
    const Real* __restrict candidate = candidate_factor_.data();
    Real* __restrict out = this->linearization_row(j);
    const Real direct = j < size_ ? gates_[kReset * size_ + j] : Real{1};
    for (std::int64_t u = 0; u < size_; ++u) {
      out[u] = update[u] * update_row[u] + candidate[u] * (direct * candidate_row[u] + out[u]);
    }
    this->add_update_to_diagonal(j);
  }

  Buffer<Real> reset_hidden_;  ///< [H] r∘h
  Buffer<Real> scaled_;        ///< [H + I, H] rows of W_rᵀ times h r(1-r)
};

/// M = (diag(z) + diag((h-n) z(1-z)) U_z
///      + diag((1-z)(1-n²)) (diag(r) U_n + diag((U_n h + b) r(1-r)) U_r))ᵀ, N likewise with W, but
/// W_n without diag(r) and without diag(z).
template <class Real>
class GruResetAfterLayer final : public GruLayer<Real> {
  using Base = GruLayer<Real>;
  using Base::candidate_factor_, Base::gates_, Base::hidden_, Base::reset_factor_, Base::size_,
      Base::update_factor_, Base::weights_;

 public:
  explicit GruResetAfterLayer(const LayerWeights<Real>& weights)
      : Base(weights), recurrent_(static_cast<std::size_t>(size_)) {}

  void step(ThreadTeam::Worker& worker, const Real* input, bool differentiate) override {
    worker.barrier();
    const auto [first, last] = worker.share(size_, kUnitGrain);
    this->compute_reset_and_update(input, first, last);
    this->start_gate(kCandidate, input, first, last);
    const std::int64_t column = kCandidate * size_ + first;
    const std::span<Real> recurrent(recurrent_.data() + first,
                                    static_cast<std::size_t>(last - first));
    std::copy_n(weights_.bias_hh.data() + column, recurrent.size(), recurrent.data());
    add_rows(std::span<const Real>(hidden_), weights_.recurrent.data() + column, weights_.columns,
             recurrent);
    worker.barrier();  // the old hidden state has been read by all
    for (std::int64_t u = first; u < last; ++u) {
      const Real r = gates_[kReset * size_ + u];
      reset_factor_[u] = recurrent_[u] * r * (1 - r);
      this->advance_unit(u, std::tanh(gates_[kCandidate * size_ + u] + r * recurrent_[u]));
    }
    worker.barrier();
    if (differentiate) {
      const auto [first_row, last_row] = worker.share(size_ + weights_.input_size);
      for (std::int64_t j = first_row; j < last_row; ++j) combine_row(j);
    }
    worker.barrier();
  }

 private:
  void combine_row(std::int64_t j) {
    const Real* __restrict row = weights_.row(j);
    const Real* __restrict reset_gate = gates_.data() + kReset * size_;
    const Real* __restrict update = update_factor_.data();
    const Real* __restrict candidate = candidate_factor_.data();
    const Real* __restrict reset = reset_factor_.data();
    Real* __restrict out = this->linearization_row(j);
    const bool from_hidden = j < size_;
    for (std::int64_t u = 0; u < size_; ++u) {
      const Real direct = from_hidden ? reset_gate[u] : Real{1};
      out[u] = update[u] * row[kUpdate * size_ + u] +
               candidate[u] *
                   (direct * row[kCandidate * size_ + u] + reset[u] * row[kReset * size_ + u]);
    }
    this->add_update_to_diagonal(j);
  }

  Buffer<Real> recurrent_;  ///< [H] U_n h + b_hn
};

}  // namespace

template <class Real>
std::unique_ptr<DifferentiableLayer<Real>> make_gru_reset_before_layer(
    const LayerWeights<Real>& weights) {
  return std::make_unique<GruResetBeforeLayer<Real>>(weights);
}

template <class Real>
std::unique_ptr<DifferentiableLayer<Real>> make_gru_reset_after_layer(
    const LayerWeights<Real>& weights) {
  return std::make_unique<GruResetAfterLayer<Real>>(weights);
}

template std::unique_ptr<DifferentiableLayer<float>> make_gru_reset_before_layer(
    const LayerWeights<float>&);
template std::unique_ptr<DifferentiableLayer<double>> make_gru_reset_before_layer(
    const LayerWeights<double>&);
template std::unique_ptr<DifferentiableLayer<float>> make_gru_reset_after_layer(
    const LayerWeights<float>&);
template std::unique_ptr<DifferentiableLayer<double>> make_gru_reset_after_layer(
    const LayerWeights<double>&);

}  // namespace stategrad::cells

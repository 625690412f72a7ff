// SPDX-License-Identifier: MIT
//
// The cells behind make_differentiable_layer(), one file each.
#pragma once

#include <memory>

#include "cells/differentiable_layer.h"

namespace stategrad::cells {

/// i, f, o = σ(W x + U h + b), g = tanh(W_g x + U_g h + b_g), c' = f∘c + i∘g, h' = o∘tanh(c').
template <class Real>
[[nodiscard]] std::unique_ptr<DifferentiableLayer<Real>> make_lstm_layer(
    const LayerWeights<Real>& weights);

/// r, z = σ(W x + U h + b), h' = z∘h + (1-z)∘n, n = tanh(W_n x + U_n (r∘h) + b_n).
template <class Real>
[[nodiscard]] std::unique_ptr<DifferentiableLayer<Real>> make_gru_reset_before_layer(
    const LayerWeights<Real>& weights);

/// The same with n = tanh(W_n x + b_in + r∘(U_n h + b_hn)).
template <class Real>
[[nodiscard]] std::unique_ptr<DifferentiableLayer<Real>> make_gru_reset_after_layer(
    const LayerWeights<Real>& weights);

/// h' = tanh(W x + U h + b).
template <class Real>
[[nodiscard]] std::unique_ptr<DifferentiableLayer<Real>> make_rnn_layer(
    const LayerWeights<Real>& weights);

}  // namespace stategrad::cells

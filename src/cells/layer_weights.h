// SPDX-License-Identifier: MIT
//
// The weights of one recurrent layer, in PyTorch's shapes and gate order.
#pragma once

#include <cstddef>

#include "base/buffer.h"
#include "stategrad/types.h"

namespace stategrad::cells {

/// G = gate_count(cell), I = input_size. Row g*H + u belongs to gate g of unit u.
/// The same struct holds the gradients of the weights.
template <class Real>
struct LayerWeights {
  LayerWeights() = default;
  LayerWeights(CellKind cell, int inputs, int units)
      : input_size(inputs),
        size(units),
        weight_ih(static_cast<std::size_t>(gate_count(cell)) * units * inputs),
        weight_hh(static_cast<std::size_t>(gate_count(cell)) * units * units),
        bias_ih(static_cast<std::size_t>(gate_count(cell)) * units),
        bias_hh(static_cast<std::size_t>(gate_count(cell)) * units) {}

  int input_size = 0;      ///< I
  int size = 0;            ///< H
  Buffer<Real> weight_ih;  ///< [G*H, I]
  Buffer<Real> weight_hh;  ///< [G*H, H]
  Buffer<Real> bias_ih;    ///< [G*H]; holds an LSTM's forget_bias
  Buffer<Real> bias_hh;    ///< [G*H]; zero and untrained but for the candidate of a GRU reset-after
};

/// The same weights in this or another precision.
template <class To, class From>
[[nodiscard]] LayerWeights<To> converted_weights(const LayerWeights<From>& weights) {
  LayerWeights<To> out;
  out.input_size = weights.input_size;
  out.size = weights.size;
  out.weight_ih = converted<To>(weights.weight_ih);
  out.weight_hh = converted<To>(weights.weight_hh);
  out.bias_ih = converted<To>(weights.bias_ih);
  out.bias_hh = converted<To>(weights.bias_hh);
  return out;
}

}  // namespace stategrad::cells

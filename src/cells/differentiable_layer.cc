// SPDX-License-Identifier: MIT
#include "cells/differentiable_layer.h"

#include "cells/single_stream_layers.h"
#include "stategrad/errors.h"

namespace stategrad::cells {
namespace {

std::size_t product(int a, int b, int c) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c);
}

}  // namespace

template <class Real>
Linearization<Real>::Linearization(CellKind kind, int inputs, int units)
    : carried(kind == CellKind::kLstm ? 2 : 1),
      input_size(inputs),
      size(units),
      recurrent(product(units, carried, units)),
      input(product(inputs, carried, units)) {
  if (kind == CellKind::kLstm) {
    f = Buffer<Real>(static_cast<std::size_t>(units));
    k = Buffer<Real>(static_cast<std::size_t>(units));
  }
}

template <class Real>
std::unique_ptr<DifferentiableLayer<Real>> make_differentiable_layer(
    CellKind kind, bool reset_after, const LayerWeights<Real>& weights) {
  switch (kind) {
    case CellKind::kLstm:
      return make_lstm_layer(weights);
    case CellKind::kGru:
      return reset_after ? make_gru_reset_after_layer(weights)
                         : make_gru_reset_before_layer(weights);
    case CellKind::kRnn:
      return make_rnn_layer(weights);
    case CellKind::kModule:
      break;
  }
  throw InternalError("a layer without weights of ours");
}

template struct Linearization<float>;
template struct Linearization<double>;
template std::unique_ptr<DifferentiableLayer<float>> make_differentiable_layer(
    CellKind, bool, const LayerWeights<float>&);
template std::unique_ptr<DifferentiableLayer<double>> make_differentiable_layer(
    CellKind, bool, const LayerWeights<double>&);

}  // namespace stategrad::cells

// SPDX-License-Identifier: MIT
#include "cells/transposed_weights.h"

#include <algorithm>

namespace stategrad::cells {
namespace {

template <class Real>
Buffer<Real> transposed(const Buffer<Real>& matrix, std::int64_t rows, std::int64_t columns) {
  Buffer<Real> out(matrix.size());
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) out[j * rows + i] = matrix[i * columns + j];
  }
  return out;
}

template <class Real>
Buffer<Real> copied(const Buffer<Real>& in) {
  Buffer<Real> out(in.size());
  std::copy(in.begin(), in.end(), out.begin());
  return out;
}

}  // namespace

template <class Real>
TransposedWeights<Real>::TransposedWeights(CellKind kind, const LayerWeights<Real>& weights)
    : input_size(weights.input_size),
      size(weights.size),
      columns(std::int64_t{gate_count(kind)} * weights.size),
      input(transposed(weights.weight_ih, columns, weights.input_size)),
      recurrent(transposed(weights.weight_hh, columns, weights.size)),
      bias_ih(copied(weights.bias_ih)),
      bias_hh(copied(weights.bias_hh)) {}

template struct TransposedWeights<float>;
template struct TransposedWeights<double>;

}  // namespace stategrad::cells

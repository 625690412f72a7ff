// SPDX-License-Identifier: MIT
//
// The weights of a layer as a single stream reads them: transposed, so that every product with a
// vector is a combination of contiguous rows.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "cells/layer_weights.h"
#include "stategrad/types.h"

namespace stategrad::cells {

/// Columns g*H + u belong to gate g of unit u, as the rows of LayerWeights do.
template <class Real>
struct TransposedWeights {
  TransposedWeights(CellKind kind, const LayerWeights<Real>& weights);

  /// Row j of the recurrent weights on top of the input weights: j < H is W_hhᵀ[j], the I rows
  /// after it are W_ihᵀ.
  [[nodiscard]] const Real* row(std::int64_t j) const {
    return j < size ? recurrent.data() + j * columns : input.data() + (j - size) * columns;
  }

  int input_size = 0;        ///< I
  int size = 0;              ///< H
  std::int64_t columns = 0;  ///< G*H
  Buffer<Real> input;        ///< W_ihᵀ [I, G*H]
  Buffer<Real> recurrent;    ///< W_hhᵀ [H, G*H]
  Buffer<Real> bias_ih;      ///< [G*H]
  Buffer<Real> bias_hh;      ///< [G*H]
};

/// out[u] += Σ_j x[j] matrix[j*stride + u], u < out.size(). Four rows are taken at a time, so that
/// the sums are read and written a quarter as often. The order of the additions does not depend on
/// how the columns are split over workers.
template <class Real>
void add_rows(std::span<const Real> x, const Real* matrix, std::int64_t stride,
              std::span<Real> out) {
  Real* __restrict sums = out.data();
  const std::size_t columns = out.size();
  const auto rows = static_cast<std::int64_t>(x.size());
  std::int64_t j = 0;
  for (; j + 4 <= rows; j += 4) {
    const Real* factor = x.data() + j;
    const Real x0 = factor[0], x1 = factor[1], x2 = factor[2], x3 = factor[3];
    const Real* __restrict r0 = matrix + j * stride;
    const Real* __restrict r1 = r0 + stride;
    const Real* __restrict r2 = r1 + stride;
    const Real* __restrict r3 = r2 + stride;
    for (std::size_t u = 0; u < columns; ++u) {
      sums[u] += (x0 * r0[u] + x1 * r1[u]) + (x2 * r2[u] + x3 * r3[u]);
    }
  }
  for (; j < rows; ++j) {
    const Real factor = x[static_cast<std::size_t>(j)];
    const Real* __restrict row = matrix + j * stride;
    for (std::size_t u = 0; u < columns; ++u) sums[u] += factor * row[u];
  }
}

template <class Real>
[[nodiscard]] inline Real sigmoid(Real x) {
  return 1 / (1 + std::exp(-x));
}

/// Units are given to workers in groups that fill cache lines.
inline constexpr std::int64_t kUnitGrain = 16;

}  // namespace stategrad::cells

// SPDX-License-Identifier: MIT
//
// A recurrent layer on a single stream, step by step, with the exact derivative of each step: the
// tangent side of the mathematics (the adjoint side is sequence.h).
#pragma once

#include <memory>

#include "base/buffer.h"
#include "cells/layer_weights.h"
#include "stategrad/thread_team.h"
#include "stategrad/types.h"

namespace stategrad::cells {

/// The derivative of one step of a layer, in the form that the recursion over rows needs.
///
/// Let a row j of a Jacobian be the derivative of the layer's state to one scalar, and let a row
/// b be that of the layer's input (the layer below). With M = recurrent and N = input, the rows
/// after the step are
///   LSTM (C = 2; columns 0..H-1 are A and P, columns H..2H-1 are O and Q):
///     jc' = f ∘ jc + jh A + b P,   jh' = jh O + b Q + k ∘ jc'
///   GRU, RNN (C = 1): jh' = jh M + b N
/// All matrices are stored transposed against docs/notation.md, as here: M[h_old][h_new].
/// For LSTM, with i, f, g, o the gate activations, c the old and c' the new cell state:
///   A = (diag(g i(1-i)) W_i + diag(c f(1-f)) W_f + diag(i(1-g²)) W_g)ᵀ,
///   O = (diag(tanh(c') o(1-o)) W_o)ᵀ, k = o (1 - tanh²(c')).
template <class Real>
struct Linearization {
  Linearization() = default;
  Linearization(CellKind kind, int inputs, int units);

  int carried = 1;         ///< C
  int input_size = 0;      ///< I
  int size = 0;            ///< H
  Buffer<Real> recurrent;  ///< [H, C*H]
  Buffer<Real> input;      ///< [I, C*H]
  Buffer<Real> f;          ///< [H], LSTM
  Buffer<Real> k;          ///< [H], LSTM
};

/// One layer with its state.
template <class Real>
class DifferentiableLayer {
 public:
  virtual ~DifferentiableLayer() = default;

  /// Zeroes the state: the start of a text.
  virtual void reset() = 0;

  /// Advances the state by one input [I] and forms the linearization of that step. Every worker of
  /// a team calls it together; it starts and ends with all workers in step (barriers inside), so
  /// the results may be read by all of them afterwards.
  /// @param differentiate false: advance the state only
  virtual void step(ThreadTeam::Worker& worker, const Real* input, bool differentiate) = 0;

  /// The state after the last step, [H]. cell() is null for GRU and RNN.
  [[nodiscard]] virtual const Real* hidden() const = 0;
  [[nodiscard]] virtual const Real* cell() const = 0;
  [[nodiscard]] virtual const Linearization<Real>& linearization() const = 0;
};

/// @param weights copied (transposed) into the layer
template <class Real>
[[nodiscard]] std::unique_ptr<DifferentiableLayer<Real>> make_differentiable_layer(
    CellKind kind, bool reset_after, const LayerWeights<Real>& weights);

}  // namespace stategrad::cells

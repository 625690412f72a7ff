// SPDX-License-Identifier: MIT
//
// A recurrent layer over a window of T steps of B parallel streams: forward, and the adjoint
// (backward) pass. The adjoint is written independently of the linearization in
// differentiable_layer.h, so that each checks the other.
#pragma once

#include "base/buffer.h"
#include "cells/layer_weights.h"
#include "stategrad/thread_team.h"
#include "stategrad/types.h"

namespace stategrad::cells {

/// What forward() leaves for backward(). All arrays are time-major, row-major.
/// Before forward(), slot 0 of hidden (and of cell, LSTM) holds the state at the window's start;
/// afterwards slot T holds the state at its end.
template <class Real>
struct SequenceActivations {
  SequenceActivations() = default;
  SequenceActivations(CellKind kind, int steps, int streams, int units);

  int steps = 0;           ///< T
  int streams = 0;         ///< B
  int size = 0;            ///< H
  Buffer<Real> gates;      ///< [T, B, G*H] activations; backward() overwrites them by the
                           ///< gradients of the pre-activations
  Buffer<Real> hidden;     ///< [T+1, B, H]
  Buffer<Real> cell;       ///< [T+1, B, H], LSTM
  Buffer<Real> tanh_cell;  ///< [T, B, H], LSTM: tanh of the new cell state
  Buffer<Real> candidate;  ///< [T, B, H], GRU: reset-before r∘h; reset-after U_n h + b_hn
  Buffer<Real> scratch;    ///< work space of the kernels, kept between calls

  /// Copies slot T to slot 0: the next window of the same streams goes on from there.
  void carry_state();
  /// Zeroes slot 0.
  void reset_state();
};

/// Runs the layer over the window.
/// @param input [T, B, I]
template <class Real>
void forward(CellKind kind, bool reset_after, const LayerWeights<Real>& weights, const Real* input,
             SequenceActivations<Real>& activations, ThreadTeam& team);

/// Adjoint of forward(). Gradients do not pass the window's start.
/// @param output_gradient [T, B, H] of the loss to the hidden states of every step
/// @param final_cell_gradient [B, H] of the loss to the last cell state (LSTM), or null for zero
/// @param weights_gradient added to; null: not wanted
/// @param input_gradient [T, B, I] overwritten; null: not wanted
template <class Real>
void backward(CellKind kind, bool reset_after, const LayerWeights<Real>& weights, const Real* input,
              SequenceActivations<Real>& activations, const Real* output_gradient,
              const Real* final_cell_gradient, LayerWeights<Real>* weights_gradient,
              Real* input_gradient, ThreadTeam& team);

}  // namespace stategrad::cells

// SPDX-License-Identifier: MIT
//
// The recurrent part of a layer over a window, fused: per time step one product with the recurrent
// weights whose results are finished into gates and states while they are in registers. One
// parallel region per window with a barrier per step; the units are split over the workers.
//
// Arrays are time-major and row-major: [T, B, …]. h and c have T + 1 slots, slot 0 the initial
// state. Gate blocks: LSTM i,f,g,o; GRU r,z,n. `scratch` is resized when too small and may be kept
// between calls. Exponentials are polynomials within 2 ulp-ish of the exact value (float) and NaN
// and inf pass through.
#pragma once

#include "base/buffer.h"
#include "stategrad/thread_team.h"

namespace stategrad::kernels {

struct WindowShape {
  int steps = 0;    ///< T
  int streams = 0;  ///< B
  int size = 0;     ///< H
};

/// gates: in, pre-activations x W_ihᵀ + b [T, B, 4H]; out, activations i, f, g, o.
/// c' = f∘c + i∘g, tanh_c = tanh(c'), h' = o∘tanh_c.
template <class Real>
void lstm_forward(const WindowShape& shape, const Real* weight_hh, Real* gates, Real* h, Real* c,
                  Real* tanh_c, Buffer<Real>& scratch, ThreadTeam& team);

/// gates: in, activations; out, gradients of the pre-activations.
/// dh [T, B, H]: gradient to each step's output. dc_final [B, H] or null: to the last cell state.
template <class Real>
void lstm_backward(const WindowShape& shape, const Real* weight_hh, Real* gates, const Real* c,
                   const Real* tanh_c, const Real* dh, const Real* dc_final, Buffer<Real>& scratch,
                   ThreadTeam& team);

/// h' = tanh(pre + h W_hhᵀ). gates: in, pre-activations [T, B, H]; out, the activations.
template <class Real>
void rnn_forward(const WindowShape& shape, const Real* weight_hh, Real* gates, Real* h,
                 Buffer<Real>& scratch, ThreadTeam& team);

/// gates: in, activations; out, gradients of the pre-activations.
template <class Real>
void rnn_backward(const WindowShape& shape, const Real* weight_hh, Real* gates, const Real* dh,
                  Buffer<Real>& scratch, ThreadTeam& team);

/// h' = z∘h + (1-z)∘n with r, z = σ(pre + h W_hhᵀ) and
///   reset_after = false: n = tanh(pre_n + (r∘h) W_hnᵀ);           candidate = r∘h
///   reset_after = true:  n = tanh(pre_n + r∘(h W_hnᵀ + bias_hn)); candidate = h W_hnᵀ + bias_hn
/// gates: in, pre-activations [T, B, 3H]; out, activations r, z, n. candidate: out, [T, B, H].
/// @param bias_hn [H], reset_after only
template <class Real>
void gru_forward(const WindowShape& shape, bool reset_after, const Real* weight_hh,
                 const Real* bias_hn, Real* gates, Real* candidate, Real* h, Buffer<Real>& scratch,
                 ThreadTeam& team);

/// gates: in, activations; out, gradients of the input-side pre-activations.
/// candidate: in, as gru_forward() left it; out, reset_after: gradient of (h W_hnᵀ + bias_hn);
/// reset-before: unchanged (r∘h, which the gradient of W_hn needs).
/// h: [T+1, B, H] as gru_forward() left it.
template <class Real>
void gru_backward(const WindowShape& shape, bool reset_after, const Real* weight_hh, Real* gates,
                  Real* candidate, const Real* h, const Real* dh, Buffer<Real>& scratch,
                  ThreadTeam& team);

}  // namespace stategrad::kernels

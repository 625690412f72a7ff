// SPDX-License-Identifier: MIT
//
// The per-level parts of recurrent.h (see isa_table.h): one time step each.
//
// The weights are packed into panels of some units' columns, [panel][line][column]; a line belongs
// to one element of the left operand, and columns beyond H are zero. Forward, a unit has one column
// per gate; backward it has one. The work of a step is a grid of tiles, panels by groups of
// streams, numbered panel by panel; workers take contiguous parts of them.
#pragma once

#include <cstdint>

#include "kernels/isa.h"

namespace stategrad::kernels {

/// Rows a [B, inner] times lines first_line .. first_line + inner - 1 of the panels; null: nothing.
template <class Real>
struct ProductTerm {
  const Real* a = nullptr;
  std::int64_t stride = 0;
  std::int64_t inner = 0;
  std::int64_t first_line = 0;
};

/// The product of a step: the sum of the terms, or, when `ready` is given, its values [B, G*H].
template <class Real>
struct StepProduct {
  int streams = 0;         ///< B
  int size = 0;            ///< H
  std::int64_t lines = 0;  ///< of a panel
  const Real* panels = nullptr;
  ProductTerm<Real> terms[2];
  const Real* ready = nullptr;
};

/// A step of any cell; the arrays are those of the step (see recurrent.h), unused ones null.
template <class Real>
struct RecurrentStep {
  StepProduct<Real> product;
  Real* gates = nullptr;               ///< [B, G*H]
  const Real* h_old = nullptr;         ///< [B, H]
  const Real* c_old = nullptr;         ///< [B, H]
  Real* h = nullptr;                   ///< [B, H] forward: out
  Real* c = nullptr;                   ///< [B, H] forward: out
  Real* tanh_c = nullptr;              ///< [B, H] forward: out
  const Real* tanh_of_cell = nullptr;  ///< [B, H] backward: what forward left in tanh_c
  Real* candidate = nullptr;           ///< [B, H]
  const Real* bias_hn = nullptr;       ///< [H]
  const Real* dh = nullptr;            ///< [B, H] backward
  Real* carry = nullptr;  ///< [B, H] backward: what goes to step t - 1 element by element
};

/// How the columns of a product are packed.
struct PanelShape {
  int units = 0;  ///< of a panel
  int rows = 0;   ///< most streams of a tile
};

template <class Real>
struct RecurrentKernels {
  template <Isa kLevel>
  static const RecurrentKernels& build();

  using Step = void (*)(const RecurrentStep<Real>& step, std::int64_t first, std::int64_t last);

  /// The panels for G gates per unit are shapes[G]; backward products use shapes[1].
  PanelShape shapes[5];
  /// Panels first .. last - 1 of the forward product: column (g, u) of line k is
  /// weight[(g*H + u)*H + k].
  void (*pack_forward)(int size, int gates, const Real* weight, std::int64_t first,
                       std::int64_t last, Real* panels);
  /// The same for the backward product of `lines` lines: column u of line j is weight[j*H + u].
  void (*pack_backward)(int size, std::int64_t lines, const Real* weight, std::int64_t first,
                        std::int64_t last, Real* panels);
  Step lstm_forward;
  Step lstm_backward;
  Step rnn_forward;
  Step rnn_backward;
  Step gru_after_forward;
  Step gru_after_backward;
  Step gru_before_forward_gates;       ///< r, z and candidate = r∘h
  Step gru_before_forward_candidate;   ///< n and h'
  Step gru_before_backward_candidate;  ///< the gradients of n and z
  Step gru_before_backward_gates;      ///< the gradient of r
};

}  // namespace stategrad::kernels

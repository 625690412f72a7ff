// SPDX-License-Identifier: MIT
//
// Between jacobian_rows.cc and its micro-kernels, which are built once per instruction-set level.
#pragma once

#include <cstdint>

#include "kernels/isa.h"
#include "kernels/jacobian_rows.h"

namespace stategrad::kernels {

/// One call of advance_rows().
template <class Real>
struct RowTask {
  int carried = 1;     ///< C
  int size = 0;        ///< H
  int below_size = 0;  ///< H_below
  /// [panel][H + H_below][width]: a panel is width / C units wide; its lines hold the columns of A
  /// (or M), then for C = 2 those of O, of these units. Units beyond H are zero.
  const Real* panels = nullptr;
  const Real* f = nullptr;
  const Real* k = nullptr;
  JacobianRow<Real>* rows = nullptr;
  std::int64_t row_count = 0;
};

/// The micro-kernel of a level and the width of the panels that it wants.
template <class Real>
struct RowKernels {
  template <Isa kLevel>
  static const RowKernels& build();

  int width = 0;
  void (*advance)(const RowTask<Real>&) = nullptr;
};

}  // namespace stategrad::kernels

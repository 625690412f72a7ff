// SPDX-License-Identifier: MIT
//
// The per-level parts of small_products.h (see isa_table.h).
#pragma once

#include "kernels/isa.h"
#include "kernels/small_products.h"

namespace stategrad::kernels {

template <class Real>
struct SmallProductKernels {
  template <Isa kLevel>
  static const SmallProductKernels& build();

  void (*add_product)(const SmallProduct<Real>& product, double* sum);
};

struct DirectionKernels {
  template <Isa kLevel>
  static const DirectionKernels& build();

  Directions (*dominant_directions)(const GramMatrix& gram, double limit, int most,
                                    double* columns);
};

}  // namespace stategrad::kernels

// SPDX-License-Identifier: MIT
//
// The per-level parts of softmax_cross_entropy.h (see isa_table.h).
#pragma once

#include <cstdint>

#include "kernels/isa.h"

namespace stategrad::kernels {

/// What a softmax over one row of logits comes to.
struct SoftmaxRow {
  double log_probability = 0;  ///< of the target
  double sum = 0;              ///< Σ_v exp(l[v] - max l)
};

template <class Real>
struct SoftmaxKernels {
  template <Isa kLevel>
  static const SoftmaxKernels& build();

  /// Adds the bias to a row of logits x, then replaces it by the gradient of -log p[target] to the
  /// logits, not yet divided by the sum returned: x[v] = exp(l[v] - max) - sum [v = target].
  SoftmaxRow (*gradient_row)(std::int64_t count, const Real* bias, std::int64_t target, Real* x);

  /// The same numbers returned, with x left as l.
  SoftmaxRow (*loss_row)(std::int64_t count, const Real* bias, std::int64_t target, Real* x);

  /// y[i] += a x[i].
  void (*add_scaled)(std::int64_t count, Real a, const Real* x, Real* y);
};

}  // namespace stategrad::kernels

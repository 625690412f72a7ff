// SPDX-License-Identifier: MIT
//
// The per-level parts of elementwise.h (see isa_table.h).
#pragma once

#include <cstdint>

#include "kernels/isa.h"

namespace stategrad::kernels {

/// The random numbers of one block of a dropout mask.
struct MaskBlock {
  std::uint32_t offset = 0;  ///< with scramble: which of 2^64 sequences
  std::uint32_t scramble = 0;
  std::uint32_t limit = 0;  ///< values up to it keep the element
};

template <class Real>
struct ElementwiseKernels {
  template <Isa kLevel>
  static const ElementwiseKernels& build();

  /// Elements 0..count-1 of a block, count < 2^31.
  void (*dropout)(const MaskBlock& block, std::int32_t count, Real scale, const Real* in, Real* out,
                  Real* mask);
  void (*multiply)(std::int64_t count, const Real* mask, Real* out);
  double (*squared_norm)(std::int64_t count, const Real* x);
  /// out[c] += Σ_r in[r * stride + c] for c < columns.
  void (*add_column_sums)(std::int64_t rows, std::int64_t columns, std::int64_t stride,
                          const Real* in, Real* out);
};

}  // namespace stategrad::kernels

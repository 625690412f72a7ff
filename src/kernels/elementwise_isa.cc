// SPDX-License-Identifier: MIT
//
// Plain loops: the compiler vectorises them for the level.
#include "kernels/elementwise_kernels.h"
#include "kernels/vec.h"

namespace stategrad::kernels {
namespace STATEGRAD_ISA_NAMESPACE {

/// Bijective mixing of 32 bits ("lowbias32", Wellons 2018), with a second key inside.
inline std::uint32_t mix(std::uint32_t x, std::uint32_t scramble) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= scramble;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  x ^= x >> 16;
  return x;
}

template <class Real>
void dropout(const MaskBlock& block, std::int32_t count, Real scale, const Real* in, Real* out,
             Real* mask) {
  const MaskBlock b = block;
#pragma GCC ivdep
  for (std::int32_t i = 0; i < count; ++i) {
    const std::uint32_t random =
        mix(static_cast<std::uint32_t>(i) * 0x9e3779b1U + b.offset, b.scramble);
    const Real m = random <= b.limit ? scale : Real{0};
    mask[i] = m;
    out[i] = in[i] * m;
  }
}

template <class Real>
void multiply(std::int64_t count, const Real* mask, Real* out) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < count; ++i) out[i] *= mask[i];
}

/// Sixteen interleaved sums at every level, so that the order does not depend on the width.
template <class Real>
double squared_norm(std::int64_t count, const Real* x) {
  constexpr int kSums = 16;
  double sums[kSums] = {};
  std::int64_t i = 0;
  for (; i + kSums <= count; i += kSums) {
    for (int j = 0; j < kSums; ++j) {
      const double v = static_cast<double>(x[i + j]);
      sums[j] += v * v;
    }
  }
  for (int j = 0; i + j < count; ++j) {
    const double v = static_cast<double>(x[i + j]);
    sums[j] += v * v;
  }
  double total = 0;
  for (const double s : sums) total += s;
  return total;
}

template <class Real>
void add_column_sums(std::int64_t rows, std::int64_t columns, std::int64_t stride, const Real* in,
                     Real* out) {
  constexpr std::int64_t kBlock = 64;
  for (std::int64_t first = 0; first < columns; first += kBlock) {
    double sums[kBlock] = {};
    const std::int64_t width = columns - first < kBlock ? columns - first : kBlock;
    for (std::int64_t r = 0; r < rows; ++r) {
      const Real* row = in + r * stride + first;
      if (width == kBlock) {
        for (int c = 0; c < kBlock; ++c) sums[c] += static_cast<double>(row[c]);
      } else {
        for (std::int64_t c = 0; c < width; ++c) sums[c] += static_cast<double>(row[c]);
      }
    }
    for (std::int64_t c = 0; c < width; ++c) out[first + c] += static_cast<Real>(sums[c]);
  }
}

}  // namespace STATEGRAD_ISA_NAMESPACE

template <class Real>
template <Isa kLevel>
const ElementwiseKernels<Real>& ElementwiseKernels<Real>::build() {
  static constexpr ElementwiseKernels kTable{
      .dropout = &STATEGRAD_ISA_NAMESPACE::dropout<Real>,
      .multiply = &STATEGRAD_ISA_NAMESPACE::multiply<Real>,
      .squared_norm = &STATEGRAD_ISA_NAMESPACE::squared_norm<Real>,
      .add_column_sums = &STATEGRAD_ISA_NAMESPACE::add_column_sums<Real>,
  };
  return kTable;
}

template const ElementwiseKernels<float>&
ElementwiseKernels<float>::build<Isa::STATEGRAD_ISA_LEVEL>();
template const ElementwiseKernels<double>&
ElementwiseKernels<double>::build<Isa::STATEGRAD_ISA_LEVEL>();

}  // namespace stategrad::kernels

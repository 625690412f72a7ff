// SPDX-License-Identifier: MIT
//
// Vectors of the width of the level being compiled, in the compilers' vector extensions: operators
// work on all elements, comparisons give masks, `mask ? a : b` selects. For *_isa.cc files only
// (see isa_table.h).
#pragma once

#include <cstdint>

#if !defined(STATEGRAD_ISA_LEVEL) || !defined(STATEGRAD_ISA_NAMESPACE)
#error "vec.h is for sources that are compiled once per level: see src/kernels/CMakeLists.txt"
#endif

namespace stategrad::kernels::STATEGRAD_ISA_NAMESPACE {

// The level "scalar" uses 16 bytes too: the compiler maps them to what every processor of the
// platform has (SSE2, NEON), or to plain scalars.
#if defined(__AVX512F__)
inline constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
inline constexpr int kVectorBytes = 32;
#else
inline constexpr int kVectorBytes = 16;
#endif

#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int kVectorRegisters = 32;
#else
inline constexpr int kVectorRegisters = 16;
#endif

template <class Real>
struct VecTypes;
template <>
struct VecTypes<float> {
  using Vec __attribute__((vector_size(kVectorBytes))) = float;
  using IntVec __attribute__((vector_size(kVectorBytes))) = std::int32_t;
};
template <>
struct VecTypes<double> {
  using Vec __attribute__((vector_size(kVectorBytes))) = double;
  using IntVec __attribute__((vector_size(kVectorBytes))) = std::int64_t;
};

template <class Real>
using Vec = typename VecTypes<Real>::Vec;
/// Integers of the same width: what comparisons and bit casts give.
template <class Real>
using IntVec = typename VecTypes<Real>::IntVec;

/// Elements of a vector.
template <class Real>
inline constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(Real));

/// Rows of a register tile of `vectors` vectors per row: the most accumulators that leave room for
/// one row of the other operand and a broadcast value.
constexpr int tile_rows(int vectors) {
  const int most = (kVectorRegisters - (kVectorRegisters > 16 ? vectors + 1 : 3)) / vectors;
  return most < 6 ? most : 6;
}

template <class Real>
inline Vec<Real> broadcast(Real x) {
  return x - Vec<Real>{};
}

/// Unaligned.
template <class Real>
inline Vec<Real> load(const Real* p) {
  Vec<Real> v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

/// Unaligned.
template <class Real>
inline void store(Real* p, const Vec<Real>& v) {
  __builtin_memcpy(p, &v, sizeof v);
}

/// The first n elements, the others zero.
template <class Real>
inline Vec<Real> load_part(const Real* p, int n) {
  if (n >= kLanes<Real>) return load(p);
  Vec<Real> v{};
  for (int i = 0; i < n; ++i) v[i] = p[i];
  return v;
}

/// Stores the first n elements.
template <class Real>
inline void store_part(Real* p, const Vec<Real>& v, int n) {
  if (n >= kLanes<Real>) return store(p, v);
  for (int i = 0; i < n; ++i) p[i] = v[i];
}

/// Sum of all elements, in a fixed order.
template <class Real>
inline Real sum(const Vec<Real>& v) {
  Real total = 0;
  for (int i = 0; i < kLanes<Real>; ++i) total += v[i];
  return total;
}

}  // namespace stategrad::kernels::STATEGRAD_ISA_NAMESPACE

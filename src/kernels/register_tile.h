// SPDX-License-Identifier: MIT
//
// The heart of the recurrent kernels: a tile of rows times a packed panel, accumulated in
// registers. For *_isa.cc files only.
#pragma once

#include "kernels/recurrent_kernels.h"
#include "kernels/vec.h"

namespace stategrad::kernels::STATEGRAD_ISA_NAMESPACE {

/// sums[r] += Σ_k a[r * stride + k] panel[k], for kRows rows and a panel of kVectors vectors.
template <class Real, int kRows, int kVectors>
[[gnu::noinline]] void accumulate(std::int64_t inner, const Real* a, std::int64_t stride,
                                  const Real* panel, Vec<Real> (*sums)[kVectors]) {
  Vec<Real> s[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) s[r][j] = sums[r][j];
  }
  for (std::int64_t k = 0; k < inner; ++k) {
    Vec<Real> b[kVectors];
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) b[j] = load(panel + j * kLanes<Real>);
    panel += kVectors * kLanes<Real>;
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const Vec<Real> x = broadcast(a[r * stride + k]);
#pragma GCC unroll 8
      for (int j = 0; j < kVectors; ++j) s[r][j] += x * b[j];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int j = 0; j < kVectors; ++j) sums[r][j] = s[r][j];
  }
}

/// accumulate() for a number of rows known at run time, 1 .. kRows.
template <class Real, int kRows, int kVectors>
inline void accumulate_rows(int rows, const ProductTerm<Real>& term, std::int64_t row,
                            const Real* panel, Vec<Real> (*sums)[kVectors]) {
  if constexpr (kRows > 1) {
    if (rows < kRows) {
      accumulate_rows<Real, kRows - 1, kVectors>(rows, term, row, panel, sums);
      return;
    }
  }
  accumulate<Real, kRows, kVectors>(term.inner, term.a + row * term.stride, term.stride,
                                    panel + term.first_line * kVectors * kLanes<Real>, sums);
}

/// Vectors of units in a panel whose units have `gates` columns each: as many as fill the
/// registers.
constexpr int unit_vectors(int gates) {
  const int wanted = kVectorRegisters > 16 ? 4 : 2;
  return gates < wanted ? wanted / gates : 1;
}

template <class Real, int kGates>
inline constexpr PanelShape kPanelShape{.units = unit_vectors(kGates) * kLanes<Real>,
                                        .rows = tile_rows(unit_vectors(kGates) * kGates)};

/// Forms tiles first .. last - 1 of the product and calls
/// finish(row, unit, count, sums) for every row and vector of units in them: sums[g] belongs to
/// gate g of units unit .. unit + count - 1.
template <class Real, int kGates, class Finish>
void for_each_unit_vector(const StepProduct<Real>& product, std::int64_t first, std::int64_t last,
                          const Finish& finish) {
  constexpr int kUnitVectors = unit_vectors(kGates);
  constexpr int kVectors = kUnitVectors * kGates;
  constexpr int kRows = kPanelShape<Real, kGates>.rows;
  constexpr int kN = kLanes<Real>;
  const int streams = product.streams;
  const int groups = (streams + kRows - 1) / kRows;
  const std::int64_t panel_size = product.lines * kVectors * kN;
  for (std::int64_t tile = first; tile < last; ++tile) {
    const auto panel = tile / groups;
    const auto group = static_cast<int>(tile % groups);
    const int row = streams * group / groups;
    const int rows = streams * (group + 1) / groups - row;
    Vec<Real> sums[kRows][kVectors] = {};
    for (const ProductTerm<Real>& term : product.terms) {
      if (term.a == nullptr) continue;
      accumulate_rows<Real, kRows, kVectors>(rows, term, row, product.panels + panel * panel_size,
                                             sums);
    }
    for (int r = 0; r < rows; ++r) {
      for (int u = 0; u < kUnitVectors; ++u) {
        const auto unit = static_cast<int>(panel) * kPanelShape<Real, kGates>.units + u * kN;
        if (unit >= product.size) break;
        const int count = product.size - unit < kN ? product.size - unit : kN;
        Vec<Real>* unit_sums = &sums[r][u * kGates];
        if (product.ready != nullptr) {
          const Real* ready =
              product.ready + static_cast<std::int64_t>(row + r) * kGates * product.size + unit;
          for (int g = 0; g < kGates; ++g) {
            unit_sums[g] = load_part(ready + static_cast<std::int64_t>(g) * product.size, count);
          }
        }
        finish(row + r, unit, count, unit_sums);
      }
    }
  }
}

}  // namespace stategrad::kernels::STATEGRAD_ISA_NAMESPACE

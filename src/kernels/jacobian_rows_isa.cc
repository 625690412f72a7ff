// SPDX-License-Identifier: MIT
//
// The micro-kernel of the state-gradient recursion.
//
// A register tile is MR rows by kVectors vectors: for C = 2 half of the vectors are columns of A,
// half of O, of the same units, so the LSTM's coupling of cell and hidden state is finished without
// leaving the registers. For every line of the panel (an inner index) kVectors vectors of weights
// are loaded and MR old values are broadcast; each product is one fused multiply-add.
#include <cstddef>
#include <cstdint>
#include <utility>

#include "kernels/jacobian_rows_kernels.h"
#include "kernels/vec.h"

namespace stategrad::kernels::STATEGRAD_ISA_NAMESPACE {
namespace {

constexpr int kVectors = kVectorRegisters > 16 ? 4 : 2;
constexpr int kMaxRows = tile_rows(kVectors);
constexpr int kLine = 64;  // bytes of a cache line
template <class Real>
constexpr int kLineValues = kLine / static_cast<int>(sizeof(Real));

using Doubles = Vec<double>;
constexpr int kDoubles = kLanes<double>;
using HalfFloats __attribute__((vector_size(kVectorBytes / 2))) = float;

/// squares += x², and sums[0..] += x where a sum is wanted, in float64.
inline void add_sums(Vec<double> x, Doubles& squares, double* sums) {
  squares += x * x;
  if (sums != nullptr) store<double>(sums, load<double>(sums) + x);
}
/// Elements kFirst.. of x, kDoubles of them. Not by way of memory: an accumulator whose address is
/// taken would not stay in its register.
template <int kFirst, int... kIndex>
inline HalfFloats part_of(Vec<float> x, std::integer_sequence<int, kIndex...>) {
  return __builtin_shufflevector(x, x, (kFirst + kIndex)...);
}
inline void add_sums(Vec<float> x, Doubles& squares, double* sums) {
  constexpr auto kHalf = std::make_integer_sequence<int, kDoubles>();
  add_sums(__builtin_convertvector(part_of<0>(x, kHalf), Doubles), squares, sums);
  add_sums(__builtin_convertvector(part_of<kDoubles>(x, kHalf), Doubles), squares,
           sums == nullptr ? nullptr : sums + kDoubles);
}

/// out[r] += Σ_i in[r][i] panel[i]. The sums are kept in variables of this function alone: an array
/// that is also read at a row known only at run time would live in memory.
template <class Real, int MR>
inline void multiply(int count, const Real* const (&in)[MR], const Real* panel,
                     Vec<Real> (&out)[MR][kVectors]) {
  constexpr int kWidth = kVectors * kLanes<Real>;
  constexpr int kAhead = 8;  // lines of the panel: about the latency of the second-level cache
  Vec<Real> acc[MR][kVectors];
#pragma GCC unroll 6
  for (int r = 0; r < MR; ++r) {
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) acc[r][j] = out[r][j];
  }
  for (int i = 0; i < count; ++i) {
    Vec<Real> weights[kVectors];
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) {
      weights[j] = load<Real>(panel + j * kLanes<Real>);
    }
#pragma GCC unroll 4
    for (int j = 0; j < kVectors * kVectorBytes / kLine; ++j) {
      __builtin_prefetch(panel + kAhead * kWidth + j * kLineValues<Real>);
    }
    panel += kWidth;
#pragma GCC unroll 6
    for (int r = 0; r < MR; ++r) {
      const Real value = in[r][i];
#pragma GCC unroll 4
      for (int j = 0; j < kVectors; ++j) acc[r][j] += weights[j] * value;
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < MR; ++r) {
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) out[r][j] = acc[r][j];
  }
}

/// The products of MR rows with one panel, and what follows from them.
template <class Real, int C, int MR>
void advance_group(const RowTask<Real>& task, std::int64_t panel, JacobianRow<Real>* rows) {
  constexpr int kUnitVectors = kVectors / C;
  constexpr int kUnits = kUnitVectors * kLanes<Real>;
  const int first = static_cast<int>(panel) * kUnits;
  Vec<Real> acc[MR][kVectors];
  const Real* in[MR];
#pragma GCC unroll 6
  for (int r = 0; r < MR; ++r) {
#pragma GCC unroll 4
    for (int j = 0; j < kVectors; ++j) acc[r][j] = Vec<Real>{};
    // What the end of this function reads and writes comes from the third-level cache: ask now.
    for (int u = 0; u < kUnits; u += kLineValues<Real>) {
      if constexpr (C == 2) __builtin_prefetch(rows[r].cell + first + u, 1);
      __builtin_prefetch(rows[r].hidden_out + first + u, 1);
    }
    for (int u = 0; u < kUnits; u += kLineValues<double>) {
      if (rows[r].cell_sum != nullptr) __builtin_prefetch(rows[r].cell_sum + first + u, 1);
      if (rows[r].hidden_sum != nullptr) __builtin_prefetch(rows[r].hidden_sum + first + u, 1);
    }
  }
  constexpr int kWidth = kVectors * kLanes<Real>;
  const Real* weights = task.panels + panel * (std::int64_t{task.size} + task.below_size) * kWidth;
  if (rows[0].hidden != nullptr) {
#pragma GCC unroll 6
    for (int r = 0; r < MR; ++r) in[r] = rows[r].hidden;
    multiply<Real, MR>(task.size, in, weights, acc);
  }
  if (rows[0].below != nullptr) {
#pragma GCC unroll 6
    for (int r = 0; r < MR; ++r) in[r] = rows[r].below;
    multiply<Real, MR>(task.below_size, in, weights + std::int64_t{task.size} * kWidth, acc);
  }

  if (first + kUnits <= task.size) {
#pragma GCC unroll 6
    for (int r = 0; r < MR; ++r) {
      JacobianRow<Real>& row = rows[r];
      Doubles cell_squares{};
      Doubles hidden_squares{};
#pragma GCC unroll 4
      for (int j = 0; j < kUnitVectors; ++j) {
        const int unit = first + j * kLanes<Real>;
        Vec<Real> hidden = acc[r][kVectors - kUnitVectors + j];
        if constexpr (C == 2) {
          const Vec<Real> cell =
              load<Real>(task.f + unit) * load<Real>(row.cell + unit) + acc[r][j];
          store<Real>(row.cell + unit, cell);
          add_sums(cell, cell_squares, row.cell_sum == nullptr ? nullptr : row.cell_sum + unit);
          hidden += load<Real>(task.k + unit) * cell;
        }
        store<Real>(row.hidden_out + unit, hidden);
        add_sums(hidden, hidden_squares,
                 row.hidden_sum == nullptr ? nullptr : row.hidden_sum + unit);
      }
      if constexpr (C == 2) row.cell_squared_norm += sum<double>(cell_squares);
      row.hidden_squared_norm += sum<double>(hidden_squares);
    }
    return;
  }
  // The last panel may reach beyond H: finish its units one by one.
  for (int r = 0; r < MR; ++r) {
    JacobianRow<Real>& row = rows[r];
    Real values[kVectors * kLanes<Real>];
    __builtin_memcpy(values, acc[r], sizeof values);
    for (int unit = first; unit < task.size; ++unit) {
      Real hidden = values[(C - 1) * kUnits + unit - first];
      if constexpr (C == 2) {
        const Real cell = task.f[unit] * row.cell[unit] + values[unit - first];
        row.cell[unit] = cell;
        row.cell_squared_norm += static_cast<double>(cell) * static_cast<double>(cell);
        if (row.cell_sum != nullptr) row.cell_sum[unit] += static_cast<double>(cell);
        hidden += task.k[unit] * cell;
      }
      row.hidden_out[unit] = hidden;
      row.hidden_squared_norm += static_cast<double>(hidden) * static_cast<double>(hidden);
      if (row.hidden_sum != nullptr) row.hidden_sum[unit] += static_cast<double>(hidden);
    }
  }
}

template <class Real, int C, int MR>
void advance_at_most(const RowTask<Real>& task, std::int64_t panel, int count,
                     JacobianRow<Real>* rows) {
  if (count == MR) {
    advance_group<Real, C, MR>(task, panel, rows);
  } else if constexpr (MR > 1) {
    advance_at_most<Real, C, MR - 1>(task, panel, count, rows);
  }
}

/// All rows, panel by panel: a panel stays in the nearest cache while the rows pass it.
template <class Real, int C>
void advance_panels(const RowTask<Real>& task) {
  constexpr int kUnits = kVectors / C * kLanes<Real>;
  for (std::int64_t r = 0; r < task.row_count; ++r) {
    task.rows[r].cell_squared_norm = 0;
    task.rows[r].hidden_squared_norm = 0;
  }
  const std::int64_t panels = (task.size + kUnits - 1) / kUnits;
  // Groups of nearly equal size: five and five rows cost less than six and four.
  const std::int64_t groups = (task.row_count + kMaxRows - 1) / kMaxRows;
  for (std::int64_t panel = 0; panel < panels; ++panel) {
    std::int64_t first = 0;
    for (std::int64_t g = 0; g < groups; ++g) {
      const std::int64_t last = task.row_count * (g + 1) / groups;
      advance_at_most<Real, C, kMaxRows>(task, panel, static_cast<int>(last - first),
                                         task.rows + first);
      first = last;
    }
  }
}

template <class Real>
void advance_task(const RowTask<Real>& task) {
  if (task.carried == 2) {
    advance_panels<Real, 2>(task);
  } else {
    advance_panels<Real, 1>(task);
  }
}

}  // namespace
}  // namespace stategrad::kernels::STATEGRAD_ISA_NAMESPACE

namespace stategrad::kernels {

template <class Real>
template <Isa kLevel>
const RowKernels<Real>& RowKernels<Real>::build() {
  namespace level = STATEGRAD_ISA_NAMESPACE;
  static constexpr RowKernels kTable{.width = level::kVectors * level::kLanes<Real>,
                                     .advance = &level::advance_task<Real>};
  return kTable;
}

template const RowKernels<float>& RowKernels<float>::build<Isa::STATEGRAD_ISA_LEVEL>();
template const RowKernels<double>& RowKernels<double>::build<Isa::STATEGRAD_ISA_LEVEL>();

}  // namespace stategrad::kernels

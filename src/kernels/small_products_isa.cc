// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>

#include "kernels/small_products_kernels.h"
#include "kernels/vec.h"

namespace stategrad::kernels {
namespace STATEGRAD_ISA_NAMESPACE {
namespace {

constexpr int kVectors = kVectorRegisters > 16 ? 4 : 2;
constexpr int kLineDoubles = 8;

/// sum[0..] += x, in float64.
inline void add_vector(double* sum, const Vec<double>& x) {
  store<double>(sum, load<double>(sum) + x);
}
inline void add_vector(double* sum, const Vec<float>& x) {
  using HalfFloats __attribute__((vector_size(kVectorBytes / 2))) = float;
  HalfFloats halves[2];
  __builtin_memcpy(halves, &x, sizeof halves);
  add_vector(sum, __builtin_convertvector(halves[0], Vec<double>));
  add_vector(sum + kLanes<double>, __builtin_convertvector(halves[1], Vec<double>));
}

/// A tile of MR rows by NV vectors; of the last vector only `count` elements exist.
template <class Real, int MR, int NV>
void add_tile(const SmallProduct<Real>& p, std::int64_t row, std::int64_t column, int count,
              double* sum) {
  const std::int64_t size = p.size;
  const Real* u = p.u + row * p.inner;
  const Real* v = p.v + column;
  double* out = sum + row * size + column;
  Vec<Real> acc[MR][NV];
#pragma GCC unroll 6
  for (int r = 0; r < MR; ++r) {
    // The sums come from the third-level cache: ask now.
    for (int i = 0; i < NV * kLanes<Real>; i += kLineDoubles) {
      __builtin_prefetch(out + r * size + i, 1);
    }
#pragma GCC unroll 4
    for (int j = 0; j < NV; ++j) acc[r][j] = Vec<Real>{};
  }
  for (int k = 0; k < p.inner; ++k, v += size) {
    Vec<Real> line[NV];
#pragma GCC unroll 4
    for (int j = 0; j < NV - 1; ++j) line[j] = load<Real>(v + j * kLanes<Real>);
    line[NV - 1] = load_part<Real>(v + (NV - 1) * kLanes<Real>, count);
#pragma GCC unroll 6
    for (int r = 0; r < MR; ++r) {
      const Real factor = u[static_cast<std::int64_t>(r) * p.inner + k];
#pragma GCC unroll 4
      for (int j = 0; j < NV; ++j) acc[r][j] += line[j] * factor;
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < MR; ++r) {
    double* to = out + r * size;
#pragma GCC unroll 4
    for (int j = 0; j < NV - 1; ++j) add_vector(to + j * kLanes<Real>, acc[r][j]);
    to += (NV - 1) * kLanes<Real>;
    if (count == kLanes<Real>) {
      add_vector(to, acc[r][NV - 1]);
    } else {
      for (int i = 0; i < count; ++i) to[i] += static_cast<double>(acc[r][NV - 1][i]);
    }
  }
}

template <class Real, int MR, int NV>
void add_rows(const SmallProduct<Real>& p, std::int64_t row, std::int64_t column, int count,
              double* sum) {
  if (p.rows - row >= MR) {
    add_tile<Real, MR, NV>(p, row, column, count, sum);
  } else if constexpr (MR > 1) {
    add_rows<Real, MR - 1, NV>(p, row, column, count, sum);
  }
}

template <class Real>
void add_product(const SmallProduct<Real>& p, double* sum) {
  constexpr int kRows = tile_rows(kVectors);
  constexpr int kN = kLanes<Real>;
  std::int64_t column = 0;
  for (; column + kVectors * kN <= p.size; column += kVectors * kN) {
    for (int row = 0; row < p.rows; row += kRows) {
      add_rows<Real, kRows, kVectors>(p, row, column, kN, sum);
    }
  }
  for (; column < p.size; column += kN) {
    const auto count = static_cast<int>(p.size - column < kN ? p.size - column : kN);
    for (int row = 0; row < p.rows; row += kRows) {
      add_rows<Real, kRows, 1>(p, row, column, count, sum);
    }
  }
}

using Doubles = Vec<double>;
constexpr int kDoubles = kLanes<double>;

/// NV vectors of v -= Σ_j factors[j * step] rows[j * stride ..], j < count.
template <int NV>
inline void subtract_part(int count, const double* factors, std::int64_t step, const double* rows,
                          std::int64_t stride, double* v) {
  Doubles acc[NV];
#pragma GCC unroll 4
  for (int i = 0; i < NV; ++i) acc[i] = load<double>(v + i * kDoubles);
  for (int j = 0; j < count; ++j, rows += stride, factors += step) {
#pragma GCC unroll 4
    for (int i = 0; i < NV; ++i) acc[i] -= load<double>(rows + i * kDoubles) * *factors;
  }
#pragma GCC unroll 4
  for (int i = 0; i < NV; ++i) store<double>(v + i * kDoubles, acc[i]);
}

/// The same for all of v [stride].
void subtract(int count, const double* factors, std::int64_t step, const double* rows,
              std::int64_t stride, double* v) {
  std::int64_t i = 0;
  for (; i + 4 * kDoubles <= stride; i += 4 * kDoubles) {
    subtract_part<4>(count, factors, step, rows + i, stride, v + i);
  }
  for (; i < stride; i += kDoubles) {
    subtract_part<1>(count, factors, step, rows + i, stride, v + i);
  }
}

inline double dot(std::int64_t size, const double* a, const double* b) {
  Doubles even{};
  Doubles odd{};
  std::int64_t i = 0;
  for (; i + 2 * kDoubles <= size; i += 2 * kDoubles) {
    even += load<double>(a + i) * load<double>(b + i);
    odd += load<double>(a + i + kDoubles) * load<double>(b + i + kDoubles);
  }
  if (i < size) even += load<double>(a + i) * load<double>(b + i);
  return sum<double>(even + odd);
}

inline void scale(std::int64_t size, double factor, double* v) {
  for (std::int64_t i = 0; i < size; ++i) v[i] *= factor;
}

/// The largest of numbers that are not negative, and NaN only where there is nothing else.
inline int largest(int size, const double* values) {
  int best = 0;
  for (int i = 1; i < size; ++i) {
    if (values[i] > values[best]) best = i;
  }
  return best;
}

/// The next column of the Cholesky factor L, after the k before it.
/// @param diagonal of G - L Lᵀ, before and after
void factor_column(const GramMatrix& gram, int k, double* factor, double* diagonal) {
  const std::int64_t stride = padded(gram.size);
  double* column = factor + k * stride;
  const int pivot = largest(gram.size, diagonal);
  const double* row = gram.values + pivot * stride;
  for (std::int64_t i = 0; i < stride; ++i) column[i] = row[i];
  subtract(k, factor + pivot, stride, factor, stride, column);
  scale(stride, 1 / __builtin_sqrt(diagonal[pivot]), column);
  for (int i = 0; i < gram.size; ++i) {
    const double rest = diagonal[i] - column[i] * column[i];
    diagonal[i] = rest < 0 ? 0 : rest;  // rounding may not make it negative; NaN stays
  }
  diagonal[pivot] = 0;
}

/// columns[k] = v, made orthogonal to the k columns before it and of length 1.
/// @param factors room for k numbers
void add_direction(std::int64_t stride, int k, const double* v, double* columns, double* factors) {
  double* column = columns + k * stride;
  for (std::int64_t i = 0; i < stride; ++i) column[i] = v[i];
  // The second time takes away what rounding left, when nearly all of the column was subtracted.
  for (int time = 0; time < 2; ++time) {
    for (int j = 0; j < k; ++j) factors[j] = dot(stride, columns + j * stride, column);
    subtract(k, factors, 1, columns, stride, column);
  }
  scale(stride, 1 / __builtin_sqrt(dot(stride, column, column)), column);
}

/// vᵀ G v.
double quadratic_form(const GramMatrix& gram, const double* v) {
  const std::int64_t stride = padded(gram.size);
  double total = 0;
  for (int i = 0; i < gram.size; ++i) total += v[i] * dot(stride, gram.values + i * stride, v);
  return total;
}

Directions dominant_directions(const GramMatrix& gram, double limit, int most, double* columns) {
  const std::int64_t stride = padded(gram.size);
  double* factor = columns + most * stride;
  double* diagonal = columns + 2 * most * stride;
  double* factors = diagonal + stride;
  double trace = 0;
  for (int i = 0; i < gram.size; ++i) {
    diagonal[i] = gram.values[i * (stride + 1)];
    trace += diagonal[i];
  }
  double kept = 0;
  for (int k = 0;; ++k) {
    if (k == most || trace - kept <= limit) return {k, trace - kept};
    factor_column(gram, k, factor, diagonal);
    add_direction(stride, k, factor + k * stride, columns, factors);
    kept += quadratic_form(gram, columns + k * stride);
  }
}

}  // namespace
}  // namespace STATEGRAD_ISA_NAMESPACE

template <class Real>
template <Isa kLevel>
const SmallProductKernels<Real>& SmallProductKernels<Real>::build() {
  static constexpr SmallProductKernels kTable{.add_product =
                                                  &STATEGRAD_ISA_NAMESPACE::add_product<Real>};
  return kTable;
}

template <Isa kLevel>
const DirectionKernels& DirectionKernels::build() {
  static constexpr DirectionKernels kTable{.dominant_directions =
                                               &STATEGRAD_ISA_NAMESPACE::dominant_directions};
  return kTable;
}

template const SmallProductKernels<float>&
SmallProductKernels<float>::build<Isa::STATEGRAD_ISA_LEVEL>();
template const SmallProductKernels<double>&
SmallProductKernels<double>::build<Isa::STATEGRAD_ISA_LEVEL>();
template const DirectionKernels& DirectionKernels::build<Isa::STATEGRAD_ISA_LEVEL>();

}  // namespace stategrad::kernels

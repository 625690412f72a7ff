// SPDX-License-Identifier: MIT
#include "gradient/compression.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/gemm.h"
#include "kernels/small_products.h"

namespace stategrad::gradient {
namespace {

/// A compressed source has at most nine rows of ten: anything above would not pay.
constexpr int most_rows(int rows) { return static_cast<int>(std::int64_t{rows} * 9 / 10); }

std::size_t area(std::int64_t a, std::int64_t b) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

/// out = in as float64.
/// @returns |in|²
template <class Real>
double widen(std::size_t count, const Real* in, double* out) {
  double squares[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (std::size_t j = 0; j < 4; ++j) {
      const double x = in[i + j];
      out[i + j] = x;
      squares[j] += x * x;
    }
  }
  for (; i < count; ++i) {
    out[i] = in[i];
    squares[0] += out[i] * out[i];
  }
  return squares[0] + squares[1] + squares[2] + squares[3];
}

}  // namespace

template <class Real>
SourceCompressor<Real>::SourceCompressor(const Shape& shape, double tolerance)
    : shape_(shape),
      most_(most_rows(shape.rows)),
      squared_tolerance_(tolerance * tolerance),
      ranks_(static_cast<std::size_t>(shape.slots), shape.rows),
      directions_(area(shape.slots, shape.rows) * static_cast<std::size_t>(most_)),
      rooms_(static_cast<std::size_t>(shape.workers)),
      wide_(area(shape.rows, shape.size)),
      expanded_(area(shape.rows, shape.size)) {
  for (Room& room : rooms_) {
    room.gram = Buffer<double>(area(shape.rows, kernels::padded(shape.rows)));
    room.columns = Buffer<double>(2 * area(most_ + 1, kernels::padded(shape.rows)));
    room.wide = Buffer<double>(area(shape.rows, shape.size));
    room.kept = Buffer<Real>(area(most_, shape.rows));
    room.product = Buffer<Real>(area(most_, shape.size) + area(shape.rows, most_));
  }
}

template <class Real>
double SourceCompressor<Real>::bytes(const Shape& shape) {
  const double all = static_cast<double>(shape.rows) * shape.size;
  const double squared = static_cast<double>(shape.rows) * static_cast<double>(shape.rows);
  return sizeof(Real) * (shape.slots * squared + all) + 8 * all +
         shape.workers * ((8 + sizeof(Real)) * all + (24 + 2 * sizeof(Real)) * squared);
}

template <class Real>
Real* SourceCompressor<Real>::directions(std::size_t slot) {
  return directions_.data() + slot * area(shape_.rows, most_);
}

template <class Real>
const Real* SourceCompressor<Real>::directions(std::size_t slot) const {
  return directions_.data() + slot * area(shape_.rows, most_);
}

template <class Real>
int SourceCompressor<Real>::form_gram(Room& room, int rank, std::span<Real* const> blocks) const {
  const std::int64_t stride = kernels::padded(rank);
  const int size = shape_.size;
  int present = 0;
  for (const Real* block : blocks) {
    const double squared_norm = widen(area(rank, size), block, room.wide.data());
    if (squared_norm == 0) continue;  // nothing to lose
    kernels::gemm<double>(rank, rank, size, 1 / squared_norm, {room.wide.data(), size},
                          {room.wide.data(), size, true}, present == 0 ? 0 : 1, room.gram.data(),
                          stride);
    ++present;
  }
  for (int row = 0; row < rank; ++row) {
    std::fill(room.gram.data() + row * stride + rank, room.gram.data() + (row + 1) * stride, 0.0);
  }
  return present;
}

template <class Real>
bool SourceCompressor<Real>::compress(int worker, std::size_t slot, std::span<Real* const> blocks,
                                      int most) {
  const int rank = ranks_[slot];
  most = std::min({most, most_, rank - 1});
  if (most < 1) return false;
  Room& room = rooms_[static_cast<std::size_t>(worker)];
  const int trace = form_gram(room, rank, blocks);  // a part of 1 from each block
  // What the blocks lose adds up to what their sum loses, so none of them loses more; what rounding
  // may hide counts as lost.
  const double hidden = rank * std::numeric_limits<double>::epsilon() * trace;
  const double limit = squared_tolerance_ - hidden;
  if (trace == 0 || limit <= 0) return false;
  const kernels::Directions found = kernels::dominant_directions(
      {.size = rank, .values = room.gram.data()}, limit, most, room.columns.data());
  // Numbers that are not finite lose what is neither.
  if (!(found.lost <= limit) || found.count == 0) return false;
  reduce(room, slot, found.count, blocks);
  return true;
}

/// Replaces the blocks by Vᵀ J and U by U V.
template <class Real>
void SourceCompressor<Real>::reduce(Room& room, std::size_t slot, int reduced,
                                    std::span<Real* const> blocks) {
  const int rank = ranks_[slot];
  const int size = shape_.size;
  for (int k = 0; k < reduced; ++k) {
    const double* column = room.columns.data() + k * kernels::padded(rank);
    std::transform(column, column + rank, room.kept.data() + area(k, rank),
                   [](double value) { return static_cast<Real>(value); });
  }
  Real* product = room.product.data();
  for (Real* block : blocks) {
    kernels::gemm<Real>(reduced, size, rank, 1, {room.kept.data(), rank}, {block, size}, 0, product,
                        size);
    std::copy_n(product, area(reduced, size), block);
  }
  Real* total = directions(slot);
  if (rank == shape_.rows) {
    for (int k = 0; k < reduced; ++k) {
      for (int row = 0; row < rank; ++row) {
        total[area(row, reduced) + static_cast<std::size_t>(k)] =
            room.kept[area(k, rank) + static_cast<std::size_t>(row)];
      }
    }
  } else {
    kernels::gemm<Real>(shape_.rows, reduced, rank, 1, {total, rank},
                        {room.kept.data(), rank, true}, 0, product, reduced);
    std::copy_n(product, area(shape_.rows, reduced), total);
  }
  ranks_[slot] = reduced;
}

template <class Real>
void SourceCompressor<Real>::add(std::size_t slot, const Real* rows, double* sum) const {
  kernels::add_product<Real>({.rows = shape_.rows,
                              .inner = ranks_[slot],
                              .size = shape_.size,
                              .u = directions(slot),
                              .v = rows},
                             sum);
}

template <class Real>
const Real* SourceCompressor<Real>::expand(std::size_t slot, const Real* rows) {
  std::fill(wide_.begin(), wide_.end(), 0.0);
  add(slot, rows, wide_.data());
  std::transform(wide_.begin(), wide_.end(), expanded_.begin(),
                 [](double value) { return static_cast<Real>(value); });
  return expanded_.data();
}

template class SourceCompressor<float>;
template class SourceCompressor<double>;

}  // namespace stategrad::gradient

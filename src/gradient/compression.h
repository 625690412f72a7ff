// SPDX-License-Identifier: MIT
//
// Old sources in fewer rows: what a source still says about the state soon fits in a few directions
// (docs/method.md, "Rank tolerance").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer.h"

namespace stategrad::gradient {

struct CompressorShape {
  int slots = 0;
  int rows = 0;  ///< R
  int size = 0;  ///< H
  int workers = 1;
};

/// The compressed sources of a ring of slots. A slot's blocks J_b [R, H] are kept as U J̃_b, with
/// J̃_b [r, H] in the first rows of the block and U [R, r] here, one for all blocks; the columns of
/// U are orthonormal, so that |U J̃_b| = |J̃_b|. The recursion over time acts from the right and
/// leaves U as it is.
///
/// Workers may work on different slots at the same time.
template <class Real>
class SourceCompressor {
 public:
  using Shape = CompressorShape;
  /// @param tolerance R > 0: the share of a block's norm that one compression may drop
  /// @throws ResourceError when the memory does not suffice
  SourceCompressor(const Shape& shape, double tolerance);

  /// Bytes that a compressor takes.
  [[nodiscard]] static double bytes(const Shape& shape);

  /// A new source, not compressed, takes the slot.
  void begin(std::size_t slot) { ranks_[slot] = shape_.rows; }
  /// r; R of a source that is not compressed.
  [[nodiscard]] int rank(std::size_t slot) const { return ranks_[slot]; }
  [[nodiscard]] bool compressed(std::size_t slot) const { return ranks_[slot] < shape_.rows; }

  /// Keeps of every block J_b what lies in few directions, if these are at most `most`:
  ///   |J_b - V Vᵀ J_b| <= R |J_b|  (Frobenius norms, R the tolerance),
  /// with V from kernels::dominant_directions() of Σ_b J_b J_bᵀ / |J_b|² in float64.
  /// @param blocks all that the recursion carries of the source, [r, H] each, changed in place
  /// @returns whether anything was changed
  bool compress(int worker, std::size_t slot, std::span<Real* const> blocks, int most);

  /// sum [R, H] += U rows; each element of U rows is formed in Real. The source must be compressed.
  /// @param rows [r, H]
  void add(std::size_t slot, const Real* rows, double* sum) const;

  /// U rows [R, H]; valid until the next call, which may come from one thread only. The source must
  /// be compressed.
  [[nodiscard]] const Real* expand(std::size_t slot, const Real* rows);

 private:
  /// A worker's own.
  struct Room {
    Buffer<double> gram;     ///< [R, padded(R)]
    Buffer<double> columns;  ///< [2 (most + 1), padded(R)]
    Buffer<double> wide;     ///< [R, H]
    Buffer<Real> kept;       ///< [most, R]: Vᵀ
    Buffer<Real> product;    ///< [most, max(R, H)]
  };
  /// @returns how many blocks are not zero
  int form_gram(Room& room, int rank, std::span<Real* const> blocks) const;
  void reduce(Room& room, std::size_t slot, int reduced, std::span<Real* const> blocks);
  [[nodiscard]] Real* directions(std::size_t slot);
  [[nodiscard]] const Real* directions(std::size_t slot) const;

  Shape shape_;
  int most_;  ///< rows of a compressed source at most
  double squared_tolerance_;
  std::vector<int> ranks_;
  Buffer<Real> directions_;  ///< [slot, R, most]; of each slot the first R r numbers, [R, r]
  std::vector<Room> rooms_;
  Buffer<double> wide_;    ///< [R, H], of expand()
  Buffer<Real> expanded_;  ///< [R, H]
};

}  // namespace stategrad::gradient

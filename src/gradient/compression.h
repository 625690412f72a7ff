// SPDX-License-Identifier: MIT
//
// Old sources in fewer rows: what a source still says about the state soon fits in a few directions
// (docs/method.md, "Rank tolerance").
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/buffer.h"

namespace stategrad::gradient {

/// Delays, rising and below max_delay, before whose step a source may be compressed: 6, 8, 11, 15,
/// 20 ..., each a third longer than the one before.
[[nodiscard]] std::vector<int> compression_delays(int max_delay);

/// The share of a block's norm that one compression may drop under a tolerance: a quarter of it,
/// for shares grow while the block shrinks, and those of several compressions add up (as squares).
[[nodiscard]] constexpr double compression_loss(double tolerance) { return tolerance / 4; }

/// Few orthonormal columns V [r, k] that nearly span the r rows of some matrices J_b: for each b,
///   |J_b - V Vᵀ J_b| <= loss |J_b|  (Frobenius norms).
/// Pivoted Cholesky factorization that stops as soon as the bound holds, then a QR of its k
/// columns.
/// @param gram Σ_b J_b J_bᵀ / |J_b|², [r, r]
/// @param most columns at most
/// @returns no columns when `most` do not suffice, or when gram is zero, not finite, or too coarse
///   by rounding to tell whether the bound holds
/// Cost: about 3 r k² operations, r k² / 2 when refused.
[[nodiscard]] Eigen::MatrixXd dominant_directions(const Eigen::MatrixXd& gram, double loss,
                                                  Eigen::Index most);

/// The compressed sources of a ring of slots. A slot's blocks J_b [R, H] are kept as U J̃_b, with
/// J̃_b [r, H] in the first rows of the block and U [R, r] here, one for all blocks; the columns of
/// U are orthonormal, so that |U J̃_b| = |J̃_b|. The recursion over time acts from the right and
/// leaves U as it is.
///
/// Workers may work on different slots at the same time.
template <class Real>
class SourceCompressor {
 public:
  /// @param tolerance > 0
  /// @throws ResourceError when the memory does not suffice
  SourceCompressor(int slots, int rows, int size, double tolerance, int workers);

  /// Bytes that a compressor takes.
  [[nodiscard]] static double bytes(int slots, int rows, int size, int workers);

  /// A new source, not compressed, takes the slot.
  void begin(std::size_t slot) { ranks_[slot] = rows_; }
  /// r; R of a source that is not compressed.
  [[nodiscard]] int rank(std::size_t slot) const { return ranks_[slot]; }
  [[nodiscard]] bool compressed(std::size_t slot) const { return ranks_[slot] < rows_; }

  /// Compresses further where this leaves at most nine rows of ten.
  /// @param blocks all that the recursion carries of the source, [r, H] each, changed in place
  void compress(int worker, std::size_t slot, std::span<Real* const> blocks);

  /// sum [R, H] += U rows, in float64. The source must be compressed.
  /// @param rows [r, H]
  void add(int worker, std::size_t slot, const Real* rows, double* sum);

  /// U rows [R, H]; valid until the next call, which may come from one thread only, while no other
  /// works. The source must be compressed.
  [[nodiscard]] const Real* expand(std::size_t slot, const Real* rows);

 private:
  [[nodiscard]] double* directions(std::size_t slot);
  /// The rows of a block as float64, in the worker's own room.
  [[nodiscard]] const double* widen(int worker, int rank, const Real* block);
  [[nodiscard]] Eigen::MatrixXd gram_of(int worker, int rank, std::span<Real* const> blocks);

  int rows_;
  int size_;
  int most_;  ///< rows of a compressed source at most
  double loss_;
  std::vector<int> ranks_;
  Buffer<double> directions_;  ///< [slot, R, most]; of each slot the first R r numbers, [R, r]
  Buffer<double> wide_;        ///< [worker, R, H]
  Buffer<double> product_;     ///< [worker, R, H]
  Buffer<Real> expanded_;      ///< [R, H]
};

}  // namespace stategrad::gradient

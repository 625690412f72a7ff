// SPDX-License-Identifier: MIT
//
// The inner loop of the state-gradient recursion: rows of Jacobians times the combined weights of
// one step, with the update, the sums and the squared norms finished in registers.
#pragma once

#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "stategrad/thread_team.h"

namespace stategrad::kernels {

template <class Real>
struct RowKernels;  // jacobian_rows_kernels.h

/// The combined weights of one step, packed for the micro-kernel in use when it was made. The inner
/// dimension K is the state of the layer itself (H) followed by what is below it (H_below: the
/// layer below, or the embedding).
template <class Real>
class PackedStep {
 public:
  PackedStep() = default;
  /// @param carried C: 2 (LSTM: columns of A, then of O) or 1
  PackedStep(int carried, int size, int below_size);

  /// Packs recurrent [H, C*H] and, for H_below > 0, input [H_below, C*H] (see
  /// cells/differentiable_layer.h). All workers of a team call it together, each packs its share;
  /// a barrier must follow before the panels are used.
  void pack(const ThreadTeam::Worker& worker, const Real* recurrent, const Real* input);

  [[nodiscard]] int carried() const { return carried_; }
  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] int below_size() const { return below_size_; }
  [[nodiscard]] const Real* panels() const { return panels_.data(); }
  [[nodiscard]] const RowKernels<Real>& kernels() const { return *kernels_; }

 private:
  int carried_ = 1;
  int size_ = 0;
  int below_size_ = 0;
  const RowKernels<Real>* kernels_ = nullptr;
  Buffer<Real> panels_;
};

/// One row of one source: where it is read and where it goes. Rows of several sources may be mixed.
template <class Real>
struct JacobianRow {
  const Real* hidden = nullptr;    ///< [H] old jh, not overlapping hidden_out; null for zeros
  const Real* below = nullptr;     ///< [H_below] new row of what is below; null for zeros
  Real* cell = nullptr;            ///< [H] jc, updated in place; null for C = 1
  Real* hidden_out = nullptr;      ///< [H] new jh
  double* cell_sum = nullptr;      ///< [H] += new jc; may be null
  double* hidden_sum = nullptr;    ///< [H] += new jh; may be null
  double cell_squared_norm = 0;    ///< out, accumulated in float64; 0 for C = 1
  double hidden_squared_norm = 0;  ///< out, accumulated in float64
};

/// jc' = f∘jc + (jh A + b P), jh' = (jh O + b Q) + k∘jc' (C = 2), or jh' = jh M + b N (C = 1), for
/// all rows given, on the calling thread alone. Best with 48 to 96 rows. The result of a row does
/// not depend on the rows beside it. `hidden` is null for all rows of a call or for none, and so is
/// `below`: a product with zeros is left out.
/// @param f, k [H], C = 2 only
template <class Real>
void advance_rows(const PackedStep<Real>& step, const Real* f, const Real* k,
                  std::span<JacobianRow<Real>> rows);

}  // namespace stategrad::kernels

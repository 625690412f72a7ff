// SPDX-License-Identifier: MIT
#include "kernels/jacobian_rows.h"

#include <algorithm>
#include <cstring>

#include "kernels/isa_table.h"
#include "kernels/jacobian_rows_kernels.h"

namespace stategrad::kernels {
template <class Real>
PackedStep<Real>::PackedStep(int carried, int size, int below_size)
    : carried_(carried),
      size_(size),
      below_size_(below_size),
      kernels_(&active_kernels<RowKernels<Real>>()) {
  const std::int64_t units = kernels_->width / carried_;
  const std::int64_t panels = (size_ + units - 1) / units;
  panels_ = Buffer<Real>(static_cast<std::size_t>(panels * (size_ + below_size_)) *
                         static_cast<std::size_t>(kernels_->width));
}

template <class Real>
void PackedStep<Real>::pack(const ThreadTeam::Worker& worker, const Real* recurrent,
                            const Real* input) {
  const std::int64_t width = kernels_->width;
  const std::int64_t units = width / carried_;
  const std::int64_t inner = size_ + below_size_;
  const std::int64_t columns = static_cast<std::int64_t>(carried_) * size_;
  const auto [first, last] = worker.share((size_ + units - 1) / units * inner, 64);
  for (std::int64_t line = first; line < last; ++line) {
    const std::int64_t unit = line / inner * units;
    const std::int64_t i = line % inner;
    const std::int64_t present = std::min(units, size_ - unit);
    const Real* from = i < size_ ? recurrent + i * columns : input + (i - size_) * columns;
    // What lies beyond H was zeroed with the buffer and is never written.
    for (int c = 0; c < carried_; ++c) {
      std::memcpy(panels_.data() + line * width + c * units, from + c * size_ + unit,
                  static_cast<std::size_t>(present) * sizeof(Real));
    }
  }
}

template <class Real>
void advance_rows(const PackedStep<Real>& step, const Real* f, const Real* k,
                  std::span<JacobianRow<Real>> rows) {
  step.kernels().advance({.carried = step.carried(),
                          .size = step.size(),
                          .below_size = step.below_size(),
                          .panels = step.panels(),
                          .f = f,
                          .k = k,
                          .rows = rows.data(),
                          .row_count = static_cast<std::int64_t>(rows.size())});
}

template class PackedStep<float>;
template class PackedStep<double>;
template void advance_rows(const PackedStep<float>&, const float*, const float*,
                           std::span<JacobianRow<float>>);
template void advance_rows(const PackedStep<double>&, const double*, const double*,
                           std::span<JacobianRow<double>>);

}  // namespace stategrad::kernels

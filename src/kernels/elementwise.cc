// SPDX-License-Identifier: MIT
#include "kernels/elementwise.h"

#include <algorithm>
#include <array>

#include "base/random.h"
#include "kernels/elementwise_kernels.h"
#include "kernels/isa_table.h"

namespace stategrad::kernels {
namespace {

/// Elements that share one pair of keys of a dropout mask.
constexpr std::int64_t kMaskBlock = 4096;
/// A worker's share is cut at multiples of this, a line of memory of either type.
constexpr std::int64_t kGrain = 16;

}  // namespace

template <class Real>
void dropout(std::uint64_t key, std::int64_t count, Real keep, const Real* in, Real* out,
             Real* mask, ThreadTeam& team) {
  const auto& kernels = active_kernels<ElementwiseKernels<Real>>();
  const RandomStream stream(key);
  const Real scale = 1 / keep;
  // Through float, so that float and double have the same masks.
  const double cut = static_cast<double>(static_cast<float>(keep)) * 0x1p32 - 1;
  const auto limit = static_cast<std::uint32_t>(std::clamp(cut, 0.0, 0x1p32 - 1));
  team.run([&](ThreadTeam::Worker& worker) {
    const auto [first, last] = worker.share(count, kMaskBlock);
    for (std::int64_t i = first; i < last; i += kMaskBlock) {
      const std::uint64_t random = stream.at(static_cast<std::uint64_t>(i / kMaskBlock));
      const MaskBlock block{.offset = static_cast<std::uint32_t>(random >> 32),
                            .scramble = static_cast<std::uint32_t>(random),
                            .limit = limit};
      kernels.dropout(block, static_cast<std::int32_t>(std::min(kMaskBlock, last - i)), scale,
                      in + i, out + i, mask + i);
    }
  });
}

template <class Real>
void multiply(std::int64_t count, const Real* mask, Real* out, ThreadTeam& team) {
  const auto& kernels = active_kernels<ElementwiseKernels<Real>>();
  team.run([&](ThreadTeam::Worker& worker) {
    const auto [first, last] = worker.share(count, kGrain);
    kernels.multiply(last - first, mask + first, out + first);
  });
}

template <class Real>
double squared_norm(std::int64_t count, const Real* x, ThreadTeam& team) {
  // A fixed number of parts, whatever the team.
  constexpr std::int64_t kParts = 64;
  std::array<double, kParts> sums{};
  const auto& kernels = active_kernels<ElementwiseKernels<Real>>();
  const std::int64_t part = (count / kParts + kGrain) / kGrain * kGrain;
  team.run([&](ThreadTeam::Worker& worker) {
    const auto [first, last] = worker.share(kParts);
    for (std::int64_t p = first; p < last; ++p) {
      const std::int64_t begin = std::min(count, p * part);
      const std::int64_t end = std::min(count, begin + part);
      sums[static_cast<std::size_t>(p)] = kernels.squared_norm(end - begin, x + begin);
    }
  });
  double total = 0;
  for (const double s : sums) total += s;
  return total;
}

template <class Real>
void add_column_sums(std::int64_t rows, std::int64_t columns, const Real* in, Real* out,
                     ThreadTeam& team) {
  const auto& kernels = active_kernels<ElementwiseKernels<Real>>();
  team.run([&](ThreadTeam::Worker& worker) {
    const auto [first, last] = worker.share(columns, kGrain);
    kernels.add_column_sums(rows, last - first, columns, in + first, out + first);
  });
}

template <class Real>
void fill_rows(std::int64_t rows, std::int64_t columns, const Real* bias, Real* out,
               ThreadTeam& team) {
  team.run([&](ThreadTeam::Worker& worker) {
    const auto [first, last] = worker.share(rows);
    for (std::int64_t r = first; r < last; ++r) std::copy_n(bias, columns, out + r * columns);
  });
}

template void dropout(std::uint64_t, std::int64_t, float, const float*, float*, float*,
                      ThreadTeam&);
template void dropout(std::uint64_t, std::int64_t, double, const double*, double*, double*,
                      ThreadTeam&);
template void multiply(std::int64_t, const float*, float*, ThreadTeam&);
template void multiply(std::int64_t, const double*, double*, ThreadTeam&);
template double squared_norm(std::int64_t, const float*, ThreadTeam&);
template double squared_norm(std::int64_t, const double*, ThreadTeam&);
template void add_column_sums(std::int64_t, std::int64_t, const float*, float*, ThreadTeam&);
template void add_column_sums(std::int64_t, std::int64_t, const double*, double*, ThreadTeam&);
template void fill_rows(std::int64_t, std::int64_t, const float*, float*, ThreadTeam&);
template void fill_rows(std::int64_t, std::int64_t, const double*, double*, ThreadTeam&);

}  // namespace stategrad::kernels

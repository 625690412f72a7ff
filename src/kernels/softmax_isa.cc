// SPDX-License-Identifier: MIT
#include "kernels/softmax_kernels.h"
#include "kernels/vec_math.h"

namespace stategrad::kernels {
namespace STATEGRAD_ISA_NAMESPACE {

/// x += bias; returns the largest element. (A NaN is not seen here; it makes the sum NaN.)
template <class Real>
Real add_bias_find_max(std::int64_t count, const Real* bias, Real* x) {
  constexpr int kN = kLanes<Real>;
  Vec<Real> most0 = broadcast(static_cast<Real>(-__builtin_inf()));
  Vec<Real> most1 = most0;
  std::int64_t v = 0;
  for (; v + 2 * kN <= count; v += 2 * kN) {
    const Vec<Real> l0 = load(x + v) + load(bias + v);
    const Vec<Real> l1 = load(x + v + kN) + load(bias + v + kN);
    store(x + v, l0);
    store(x + v + kN, l1);
    most0 = l0 > most0 ? l0 : most0;
    most1 = l1 > most1 ? l1 : most1;
  }
  most0 = most1 > most0 ? most1 : most0;
  Real most = most0[0];
  for (int i = 1; i < kN; ++i) most = most0[i] > most ? most0[i] : most;
  for (; v < count; ++v) {
    x[v] += bias[v];
    most = x[v] > most ? x[v] : most;
  }
  return most;
}

/// Σ exp(x[v] - most), summed in double every few vectors; kStore: the terms replace x.
template <class Real, bool kStore>
double sum_exp(std::int64_t count, Real most, Real* x) {
  constexpr int kN = kLanes<Real>;
  constexpr std::int64_t kBlock = 32 * kN;
  const Vec<Real> shift = broadcast(most);
  double total = 0;
  std::int64_t v = 0;
  while (v < count) {
    const std::int64_t end = v + kBlock < count ? v + kBlock : count;
    Vec<Real> sums[4] = {};
    for (; v + 4 * kN <= end; v += 4 * kN) {
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        const Vec<Real> e = exp<Real>(load(x + v + j * kN) - shift);
        if constexpr (kStore) store(x + v + j * kN, e);
        sums[j] += e;
      }
    }
    for (; v < end; v += kN) {
      const int n = static_cast<int>(end - v < kN ? end - v : kN);
      const Vec<Real> e = exp<Real>(load_part(x + v, n) - shift);
      if constexpr (kStore) store_part(x + v, e, n);
      for (int i = 0; i < n; ++i) total += static_cast<double>(e[i]);
    }
    total += static_cast<double>(sum<Real>((sums[0] + sums[1]) + (sums[2] + sums[3])));
  }
  return total;
}

template <class Real, bool kStore>
SoftmaxRow softmax_row(std::int64_t count, const Real* bias, std::int64_t target, Real* x) {
  const Real most = add_bias_find_max(count, bias, x);
  const double distance = static_cast<double>(x[target]) - static_cast<double>(most);
  const double total = sum_exp<Real, kStore>(count, most, x);
  if constexpr (kStore) x[target] -= static_cast<Real>(total);
  return {.log_probability = distance - __builtin_log(total), .sum = total};
}

template <class Real>
void add_scaled(std::int64_t count, Real a, const Real* x, Real* y) {
#pragma GCC ivdep
  for (std::int64_t i = 0; i < count; ++i) y[i] += a * x[i];
}

}  // namespace STATEGRAD_ISA_NAMESPACE

template <class Real>
template <Isa kLevel>
const SoftmaxKernels<Real>& SoftmaxKernels<Real>::build() {
  static constexpr SoftmaxKernels kTable{
      .gradient_row = &STATEGRAD_ISA_NAMESPACE::softmax_row<Real, true>,
      .loss_row = &STATEGRAD_ISA_NAMESPACE::softmax_row<Real, false>,
      .add_scaled = &STATEGRAD_ISA_NAMESPACE::add_scaled<Real>,
  };
  return kTable;
}

template const SoftmaxKernels<float>& SoftmaxKernels<float>::build<Isa::STATEGRAD_ISA_LEVEL>();
template const SoftmaxKernels<double>& SoftmaxKernels<double>::build<Isa::STATEGRAD_ISA_LEVEL>();

}  // namespace stategrad::kernels

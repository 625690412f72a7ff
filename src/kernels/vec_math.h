// SPDX-License-Identifier: MIT
//
// exp, sigmoid and tanh of vectors, a few ulp from the exact value. NaN gives NaN everywhere: the
// comparisons are written so that it passes. For *_isa.cc files only.
#pragma once

#include "kernels/vec.h"

namespace stategrad::kernels::STATEGRAD_ISA_NAMESPACE {

template <class Real>
struct ExpConstants;

template <>
struct ExpConstants<float> {
  static constexpr float kLog2E = 1.44269504F;
  // ln 2 in two parts; the products of the first with the integers in question are exact.
  static constexpr float kLn2High = 0.693359375F;
  static constexpr float kLn2Low = -2.12194440e-4F;
  static constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: x + kRound - kRound rounds x
  static constexpr int kMantissaBits = 23;
  static constexpr float kMost = 88.37F;  // exp of more is taken for inf: its power of two would be
  static constexpr float kLeast = -87.33F;  // exp of less is taken for 0
  static constexpr float kTanhOne = 9.02F;  // tanh beyond it rounds to 1
  static constexpr int kTerms = 7;          // of the Taylor series: the rest is below 2^-27
};

template <>
struct ExpConstants<double> {
  static constexpr double kLog2E = 1.4426950408889634074;
  static constexpr double kLn2High = 6.93145751953125e-1;
  static constexpr double kLn2Low = 1.42860682030941723212e-6;
  static constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52
  static constexpr int kMantissaBits = 52;
  static constexpr double kMost = 709.43;
  static constexpr double kLeast = -708.39;
  static constexpr double kTanhOne = 19.07;
  static constexpr int kTerms = 13;  // the rest is below 2^-57
};

/// exp(x) = scale * (1 + fraction), with scale a power of two and |fraction| < 0.42.
template <class Real>
struct SplitExp {
  Vec<Real> scale;
  Vec<Real> fraction;
};

/// For kLeast <= x <= kMost; elsewhere finite nonsense, but NaN for NaN.
template <class Real>
inline SplitExp<Real> split_exp(Vec<Real> x) {
  using K = ExpConstants<Real>;
  const Vec<Real> shifted = x * K::kLog2E + K::kRound;
  const Vec<Real> n = shifted - K::kRound;
  const Vec<Real> r = (x - n * K::kLn2High) - n * K::kLn2Low;
  // The Taylor series of exp(r) - 1, |r| <= ln(2) / 2.
  constexpr auto kInverse = [](int k) {
    double product = 1;
    for (int i = 2; i <= k; ++i) product *= i;
    return static_cast<Real>(1 / product);
  };
  Vec<Real> p = broadcast(kInverse(K::kTerms));
#pragma GCC unroll 16
  for (int k = K::kTerms - 1; k >= 2; --k) p = p * r + kInverse(k);
  // The low bits of `shifted` hold n as an integer.
  const IntVec<Real> bits = __builtin_bit_cast(IntVec<Real>, shifted) << K::kMantissaBits;
  const IntVec<Real> one = __builtin_bit_cast(IntVec<Real>, broadcast(Real{1}));
  return {__builtin_bit_cast(Vec<Real>, one + bits), p * (r * r) + r};
}

template <class Real>
inline Vec<Real> exp(Vec<Real> x) {
  using K = ExpConstants<Real>;
  const auto [scale, fraction] = split_exp<Real>(x);
  Vec<Real> e = scale * fraction + scale;
  e = x > K::kMost ? broadcast(static_cast<Real>(__builtin_inf())) : e;
  return x < K::kLeast ? Vec<Real>{} : e;
}

template <class Real>
inline Vec<Real> sigmoid(Vec<Real> x) {
  return Real{1} / (Real{1} + exp<Real>(-x));
}

/// (e^2x - 1) / (e^2x + 1), with the numerator formed without cancellation near 0.
template <class Real>
inline Vec<Real> tanh(Vec<Real> x) {
  using K = ExpConstants<Real>;
  const Vec<Real> most = broadcast(K::kTanhOne);
  x = x > most ? most : x;
  x = x < -most ? -most : x;
  const auto [scale, fraction] = split_exp<Real>(x + x);
  const Vec<Real> numerator = scale * fraction + (scale - Real{1});
  return numerator / (numerator + Real{2});
}

}  // namespace stategrad::kernels::STATEGRAD_ISA_NAMESPACE

// SPDX-License-Identifier: MIT
#include "kernels/gemm.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"

namespace stategrad::kernels {
namespace {

template <class Real>
std::vector<Real> random_values(std::int64_t count, std::uint64_t seed) {
  RandomStream stream(seed);
  std::vector<Real> values(static_cast<std::size_t>(count));
  for (auto& v : values) v = static_cast<Real>(2 * stream.uniform() - 1);
  return values;
}

template <class Real>
double element(Operand<Real> a, std::int64_t i, std::int64_t j) {
  return static_cast<double>(a.transposed ? a.data[j * a.stride + i] : a.data[i * a.stride + j]);
}

template <class Real>
class Gemm : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Gemm, Reals);

struct Shape {
  std::int64_t m, n, k;
};

TYPED_TEST(Gemm, MatchesTheDefinitionForEveryTransposeShapeAndTeam) {
  using Real = TypeParam;
  const double tolerance = sizeof(Real) == 4 ? 1e-5 : 1e-13;
  for (const auto [m, n, k] :
       {Shape{1, 1, 1}, Shape{5, 7, 3}, Shape{65, 17, 90}, Shape{20, 300, 33}, Shape{3, 4, 0}}) {
    for (const int variant : {0, 1, 2, 3}) {
      const bool ta = variant % 2 != 0, tb = variant / 2 != 0;
      const std::int64_t pad = 3;
      const Operand<Real> shape_a{nullptr, (ta ? m : k) + pad, ta};
      const auto a_values = random_values<Real>((ta ? k : m) * shape_a.stride + 1, 1);
      const Operand<Real> a{a_values.data(), shape_a.stride, ta};
      const Operand<Real> shape_b{nullptr, (tb ? k : n) + pad, tb};
      const auto b_values = random_values<Real>((tb ? n : k) * shape_b.stride + 1, 2);
      const Operand<Real> b{b_values.data(), shape_b.stride, tb};
      const std::int64_t c_stride = n + pad;
      const auto c_start = random_values<Real>(m * c_stride, 3);
      for (const int threads : {0, 1, 2, 3}) {
        auto c = c_start;
        const Real alpha = Real{0.5}, beta = Real{-2};
        if (threads == 0) {
          gemm(m, n, k, alpha, a, b, beta, c.data(), c_stride);
        } else {
          ThreadTeam team(threads);
          gemm(team, m, n, k, alpha, a, b, beta, c.data(), c_stride);
        }
        for (std::int64_t i = 0; i < m; ++i) {
          for (std::int64_t j = 0; j < c_stride; ++j) {
            const auto at = static_cast<std::size_t>(i * c_stride + j);
            double expected = static_cast<double>(c_start[at]);
            if (j < n) {
              expected *= -2;
              for (std::int64_t l = 0; l < k; ++l) {
                expected += 0.5 * element(a, i, l) * element(b, l, j);
              }
            }
            ASSERT_NEAR(static_cast<double>(c[at]), expected, tolerance * (1 + std::sqrt(k)));
          }
        }
      }
    }
  }
}

TYPED_TEST(Gemm, BetaZeroDoesNotReadC) {
  using Real = TypeParam;
  ThreadTeam team(2);
  for (const std::int64_t k : {0, 1, 400}) {
    const auto a = random_values<Real>(40 * k, 1), b = random_values<Real>(k * 30, 2);
    std::vector<Real> c(40 * 30, static_cast<Real>(NAN));
    gemm<Real>(team, 40, 30, k, 1, {a.data(), k + 1 - (k > 0)}, {b.data(), 30}, 0, c.data(), 30);
    for (const Real v : c) ASSERT_FALSE(std::isnan(v));
  }
}

TYPED_TEST(Gemm, NanInAnOperandComesThrough) {
  using Real = TypeParam;
  ThreadTeam team(2);
  auto a = random_values<Real>(100 * 50, 1), b = random_values<Real>(50 * 60, 2);
  b[60 * 7 + 33] = static_cast<Real>(NAN);
  std::vector<Real> c(100 * 60);
  gemm<Real>(team, 100, 60, 50, 1, {a.data(), 50}, {b.data(), 60}, 0, c.data(), 60);
  for (std::size_t i = 0; i < c.size(); ++i) ASSERT_EQ(std::isnan(c[i]), i % 60 == 33);
}

TYPED_TEST(Gemm, GemvMatchesTheDefinition) {
  using Real = TypeParam;
  for (const auto [m, n, unused] : {Shape{1, 1, 0}, Shape{7, 33, 0}, Shape{130, 65, 0}}) {
    const auto a = random_values<Real>(m * (n + 2), 1), x = random_values<Real>(n, 2);
    const auto start = random_values<Real>(m, 3);
    auto y = start;
    gemv<Real>(m, n, 2, a.data(), n + 2, x.data(), Real{0.5}, y.data());
    for (std::int64_t i = 0; i < m; ++i) {
      double expected = 0.5 * static_cast<double>(start[static_cast<std::size_t>(i)]);
      for (std::int64_t j = 0; j < n; ++j) {
        expected += 2 * static_cast<double>(a[static_cast<std::size_t>(i * (n + 2) + j)]) *
                    static_cast<double>(x[static_cast<std::size_t>(j)]);
      }
      EXPECT_NEAR(static_cast<double>(y[static_cast<std::size_t>(i)]), expected, 1e-5);
    }
  }
}

}  // namespace
}  // namespace stategrad::kernels

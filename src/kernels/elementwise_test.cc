// SPDX-License-Identifier: MIT
#include "kernels/elementwise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "kernels/for_each_isa.h"

namespace stategrad::kernels {
namespace {

template <class Real>
std::vector<Real> random_values(std::size_t count, std::uint64_t seed) {
  RandomStream stream(seed);
  std::vector<Real> values(count);
  for (auto& v : values) v = static_cast<Real>(2 * stream.uniform() - 1);
  return values;
}

template <class Real>
class Elementwise : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Elementwise, Reals);

TYPED_TEST(Elementwise, DropoutKeepsTheStatedPartAndScalesIt) {
  using Real = TypeParam;
  ThreadTeam team(2);
  for (const Real keep : {Real{0.1F}, Real{0.5F}, Real{0.9F}, Real{1}}) {
    constexpr std::size_t kCount = 200'003;
    const auto in = random_values<Real>(kCount, 3);
    std::vector<Real> out(kCount), mask(kCount);
    dropout<Real>(7, kCount, keep, in.data(), out.data(), mask.data(), team);
    double kept = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
      ASSERT_TRUE(mask[i] == 0 || mask[i] == 1 / keep);
      ASSERT_EQ(out[i], in[i] * mask[i]);
      kept += mask[i] != 0;
    }
    const double p = static_cast<double>(keep);
    EXPECT_NEAR(kept / kCount, p, 5 * std::sqrt(p * (1 - p) / kCount) + 1e-12);
  }
}

TYPED_TEST(Elementwise, NeighboursInAMaskAreIndependent) {
  using Real = TypeParam;
  ThreadTeam team(1);
  constexpr std::size_t kCount = 1 << 17;
  const std::vector<Real> in(kCount, Real{1});
  std::vector<Real> out(kCount), mask(kCount);
  dropout<Real>(11, kCount, Real{0.5}, in.data(), out.data(), mask.data(), team);
  for (const std::size_t lag : {1U, 2U, 16U, 256U, 4096U}) {
    double product = 0;
    for (std::size_t i = 0; i + lag < kCount; ++i) {
      product += static_cast<double>((mask[i] - 1) * (mask[i + lag] - 1));
    }
    EXPECT_LT(std::abs(product) / std::sqrt(kCount), 5) << lag;
  }
}

TYPED_TEST(Elementwise, SquaredNormMatchesAndDoesNotDependOnTheTeam) {
  using Real = TypeParam;
  for (const std::size_t count : {0UL, 1UL, 15UL, 1000UL, 100'003UL}) {
    const auto x = random_values<Real>(count, count);
    long double expected = 0;
    for (const Real v : x) expected += static_cast<long double>(v) * v;
    for_each_isa([&] {
      ThreadTeam one(1);
      const double norm = squared_norm<Real>(static_cast<std::int64_t>(count), x.data(), one);
      EXPECT_NEAR(norm, static_cast<double>(expected), 1e-12 * static_cast<double>(expected));
      for (const int threads : {2, 3}) {
        ThreadTeam team(threads);
        EXPECT_EQ(squared_norm<Real>(static_cast<std::int64_t>(count), x.data(), team), norm);
      }
    });
  }
}

TYPED_TEST(Elementwise, SquaredNormOfNanIsNan) {
  using Real = TypeParam;
  ThreadTeam team(2);
  std::vector<Real> x(1000, Real{1});
  x[777] = std::nan("");
  EXPECT_TRUE(std::isnan(squared_norm<Real>(1000, x.data(), team)));
}

TYPED_TEST(Elementwise, ColumnSumsAreAddedForEveryShape) {
  using Real = TypeParam;
  for (const std::size_t columns : {1UL, 3UL, 17UL, 65UL, 200UL}) {
    for (const std::size_t rows : {0UL, 1UL, 7UL, 100UL}) {
      const auto in = random_values<Real>(rows * columns, 5);
      const auto start = random_values<Real>(columns, 6);
      for_each_isa([&] {
        for (const int threads : {1, 2, 3}) {
          ThreadTeam team(threads);
          auto out = start;
          add_column_sums<Real>(static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns),
                                in.data(), out.data(), team);
          for (std::size_t c = 0; c < columns; ++c) {
            double expected = static_cast<double>(start[c]);
            for (std::size_t r = 0; r < rows; ++r) {
              expected += static_cast<double>(in[r * columns + c]);
            }
            ASSERT_NEAR(static_cast<double>(out[c]), expected, sizeof(Real) == 4 ? 1e-5 : 1e-13);
          }
        }
      });
    }
  }
}

TYPED_TEST(Elementwise, FillAndMultiply) {
  using Real = TypeParam;
  ThreadTeam team(3);
  const auto bias = random_values<Real>(17, 1);
  std::vector<Real> out(17 * 5);
  fill_rows<Real>(5, 17, bias.data(), out.data(), team);
  const auto factor = random_values<Real>(out.size(), 2);
  for_each_isa([&] {
    auto product = out;
    multiply<Real>(static_cast<std::int64_t>(out.size()), factor.data(), product.data(), team);
    for (std::size_t i = 0; i < out.size(); ++i) {
      ASSERT_EQ(out[i], bias[i % 17]);
      ASSERT_EQ(product[i], out[i] * factor[i]);
    }
  });
}

TEST(ElementwiseMasks, AreTheSameForEveryTeamLevelAndType) {
  constexpr std::size_t kCount = 30'001;
  const std::vector<float> in(kCount, 1.0F);
  const std::vector<double> in_double(kCount, 1.0);
  ThreadTeam one(1);
  std::vector<float> out(kCount), expected(kCount);
  dropout(5, kCount, 0.7F, in.data(), out.data(), expected.data(), one);
  for_each_isa([&] {
    for (const int threads : {1, 2, 3}) {
      ThreadTeam team(threads);
      std::vector<float> mask(kCount);
      dropout(5, kCount, 0.7F, in.data(), out.data(), mask.data(), team);
      EXPECT_EQ(mask, expected);
      std::vector<double> out_double(kCount), mask_double(kCount);
      dropout(5, kCount, 0.7, in_double.data(), out_double.data(), mask_double.data(), team);
      for (std::size_t i = 0; i < kCount; ++i) {
        ASSERT_EQ(mask_double[i] != 0, expected[i] != 0);
      }
    }
  });
  std::vector<float> other(kCount);
  dropout(6, kCount, 0.7F, in.data(), out.data(), other.data(), one);
  EXPECT_NE(other, expected);
}

}  // namespace
}  // namespace stategrad::kernels

// SPDX-License-Identifier: MIT
#include "kernels/small_products.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "kernels/for_each_isa.h"

namespace stategrad::kernels {
namespace {

std::vector<double> random_values(std::size_t count, RandomStream& random) {
  std::vector<double> values(count);
  for (double& value : values) value = 2 * random.uniform() - 1;
  return values;
}

/// G = B diag(decay^i)² Bᵀ, padded.
std::vector<double> graded_gram(int size, double decay, RandomStream& random) {
  const auto n = static_cast<std::size_t>(size);
  const auto stride = static_cast<std::size_t>(padded(size));
  const std::vector<double> b = random_values(n * n, random);
  std::vector<double> gram(n * stride);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      for (std::size_t k = 0; k < n; ++k) {
        gram[i * stride + j] +=
            b[i * n + k] * b[j * n + k] * std::pow(decay, 2 * static_cast<double>(k));
      }
    }
  }
  return gram;
}

double trace(const std::vector<double>& gram, int size) {
  double sum = 0;
  for (int i = 0; i < size; ++i) sum += gram[static_cast<std::size_t>(i * (padded(size) + 1))];
  return sum;
}

/// trace(G - V Vᵀ G) of `count` columns.
double lost(const std::vector<double>& gram, const std::vector<double>& columns, int size,
            int count) {
  const auto stride = static_cast<std::size_t>(padded(size));
  const auto n = static_cast<std::size_t>(size);
  double sum = trace(gram, size);
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        sum -= columns[k * stride + i] * gram[i * stride + j] * columns[k * stride + j];
      }
    }
  }
  return sum;
}

double distance_from_orthonormal(const std::vector<double>& columns, int size, int count) {
  const auto stride = static_cast<std::size_t>(padded(size));
  double worst = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(count); ++k) {
    for (std::size_t l = 0; l <= k; ++l) {
      double dot = 0;
      for (std::size_t i = 0; i < stride; ++i) {
        dot += columns[k * stride + i] * columns[l * stride + i];
      }
      worst = std::max(worst, std::abs(dot - (k == l ? 1 : 0)));
    }
  }
  return worst;
}

std::vector<double> room_for(int size) {
  return std::vector<double>(static_cast<std::size_t>(2 * (size + 1) * padded(size)));
}

template <class Real>
class SmallProducts : public testing::Test {};
using BothPrecisions = testing::Types<float, double>;
TYPED_TEST_SUITE(SmallProducts, BothPrecisions);

TYPED_TEST(SmallProducts, AreAddedInDoubleAtEveryLevelAndShape) {
  using Real = TypeParam;
  for_each_isa([] {
    RandomStream random(1);
    for (const int rows : {1, 5, 6, 7, 64}) {
      for (const int inner : {0, 1, 19}) {
        for (const int size : {1, 3, 16, 37, 64, 100, 131}) {
          SCOPED_TRACE(testing::Message() << rows << " x " << inner << " x " << size);
          const auto area = [](int a, int b) { return static_cast<std::size_t>(a * b); };
          const auto wide_u = random_values(area(rows, inner), random);
          const auto wide_v = random_values(area(inner, size), random);
          const std::vector<Real> u(wide_u.begin(), wide_u.end());
          const std::vector<Real> v(wide_v.begin(), wide_v.end());
          std::vector<double> sum(area(rows, size) + 1, 1e6);
          add_product<Real>({rows, inner, size, u.data(), v.data()}, sum.data());
          const double rounding = inner * 4 * double{std::numeric_limits<Real>::epsilon()} + 1e-9;
          for (int r = 0; r < rows; ++r) {
            for (int c = 0; c < size; ++c) {
              double expected = 1e6;
              for (int k = 0; k < inner; ++k) {
                expected += double{u[area(r, inner) + static_cast<std::size_t>(k)]} *
                            double{v[area(k, size) + static_cast<std::size_t>(c)]};
              }
              ASSERT_NEAR(sum[area(r, size) + static_cast<std::size_t>(c)], expected, rounding);
            }
          }
          EXPECT_EQ(sum.back(), 1e6) << "written beyond the end";
        }
      }
    }
  });
}

TEST(DominantDirections, AreOrthonormalAndStopAsSoonAsLittleIsLost) {
  for_each_isa([] {
    RandomStream random(2);
    for (const int size : {1, 7, 8, 30, 67}) {
      const auto gram = graded_gram(size, 0.7, random);
      const double whole = trace(gram, size);
      auto columns = room_for(size);
      for (const double share : {0.3, 1e-3, 1e-6, 1e-10}) {
        const Directions found =
            dominant_directions({size, gram.data()}, share * whole, size, columns.data());
        ASSERT_GT(found.count, 0);
        EXPECT_LT(distance_from_orthonormal(columns, size, found.count), 1e-13);
        EXPECT_LE(found.lost, share * whole);
        EXPECT_NEAR(found.lost, lost(gram, columns, size, found.count), 1e-13 * whole);
        EXPECT_GT(lost(gram, columns, size, found.count - 1), share * whole) << "one was enough";
        const Directions less = dominant_directions({size, gram.data()}, share * whole,
                                                    found.count - 1, columns.data());
        EXPECT_EQ(less.count, found.count - 1);
        EXPECT_GT(less.lost, share * whole);
      }
    }
  });
}

TEST(DominantDirections, AreAsManyAsTheRank) {
  for_each_isa([] {
    RandomStream random(3);
    const auto original = graded_gram(20, 1, random);
    auto gram = original;
    // Rows and columns 6.. become copies of the first six.
    const auto at = [](int i, int j) { return static_cast<std::size_t>(i * padded(20) + j); };
    for (int i = 0; i < 20; ++i) {
      for (int j = 0; j < 20; ++j) gram[at(i, j)] = original[at(i % 6, j % 6)];
    }
    auto columns = room_for(20);
    const double limit = 1e-12 * trace(gram, 20);
    EXPECT_EQ(dominant_directions({20, gram.data()}, limit, 20, columns.data()).count, 6);
    EXPECT_LT(distance_from_orthonormal(columns, 20, 6), 1e-13);
  });
}

TEST(DominantDirections, AreNearlyAsFewAsCanBe) {
  for_each_isa([] {
    // Eigenvalues 4^-i: the least loss of k directions is a third of the last one kept.
    constexpr int kSize = 40;
    RandomStream random(4);
    auto basis = room_for(kSize);
    const auto full = graded_gram(kSize, 1, random);
    ASSERT_EQ(dominant_directions({kSize, full.data()}, -1, kSize, basis.data()).count, kSize);
    std::vector<double> gram(kSize * kSize);
    for (std::size_t k = 0; k < kSize; ++k) {
      for (std::size_t i = 0; i < kSize; ++i) {
        for (std::size_t j = 0; j < kSize; ++j) {
          gram[i * kSize + j] +=
              std::pow(0.25, static_cast<double>(k)) * basis[k * kSize + i] * basis[k * kSize + j];
        }
      }
    }
    auto columns = room_for(kSize);
    const double limit = std::pow(0.25, 9) / 3;
    const int count = dominant_directions({kSize, gram.data()}, limit, kSize, columns.data()).count;
    EXPECT_GE(count, 10);
    EXPECT_LE(count, 12);
  });
}

TEST(DominantDirections, DoNotHideNumbersThatAreNotFinite) {
  for_each_isa([] {
    RandomStream random(5);
    auto gram = graded_gram(9, 0.5, random);
    gram[3 * 16 + 3] = std::numeric_limits<double>::quiet_NaN();
    auto columns = room_for(9);
    EXPECT_FALSE(std::isfinite(dominant_directions({9, gram.data()}, 1, 6, columns.data()).lost));
  });
}

}  // namespace
}  // namespace stategrad::kernels

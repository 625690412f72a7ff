// SPDX-License-Identifier: MIT
#include "kernels/small_products.h"

#include <gtest/gtest.h>

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

/// trace(G - C Cᵀ) of the columns C.
double residual(const std::vector<double>& gram, const std::vector<double>& columns, int size,
                int count) {
  double sum = trace(gram, size);
  for (int k = 0; k < count; ++k) {
    for (int i = 0; i < size; ++i) {
      const double x = columns[static_cast<std::size_t>(k * padded(size) + i)];
      sum -= x * x;
    }
  }
  return sum;
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

TEST(PivotedCholesky, StopsAsSoonAsTheResidualIsSmall) {
  for_each_isa([] {
    RandomStream random(2);
    for (const int size : {1, 7, 8, 30, 67}) {
      const auto gram = graded_gram(size, 0.7, random);
      std::vector<double> columns(static_cast<std::size_t>((size + 1) * padded(size)));
      for (const double share : {0.3, 1e-3, 1e-6}) {
        const double limit = share * trace(gram, size);
        const PivotedFactor factor =
            pivoted_cholesky({size, gram.data()}, limit, size, columns.data());
        EXPECT_LE(factor.residual, limit);
        const double rounding = 1e-13 * trace(gram, size);
        EXPECT_NEAR(factor.residual, residual(gram, columns, size, factor.count), rounding);
        EXPECT_GT(residual(gram, columns, size, factor.count - 1), limit) << "one was enough";
        const PivotedFactor less =
            pivoted_cholesky({size, gram.data()}, limit, factor.count - 1, columns.data());
        EXPECT_EQ(less.count, factor.count - 1);
        EXPECT_GT(less.residual, limit);
      }
    }
  });
}

TEST(PivotedCholesky, FindsTheRank) {
  for_each_isa([] {
    RandomStream random(3);
    auto gram = graded_gram(20, 1, random);
    // Rows and columns 6.. become copies of the first six.
    const auto at = [](int i, int j) { return static_cast<std::size_t>(i * padded(20) + j); };
    const auto original = gram;
    for (int i = 0; i < 20; ++i) {
      for (int j = 0; j < 20; ++j) gram[at(i, j)] = original[at(i % 6, j % 6)];
    }
    std::vector<double> columns(21 * 24);
    const double limit = 1e-12 * trace(gram, 20);
    EXPECT_EQ(pivoted_cholesky({20, gram.data()}, limit, 20, columns.data()).count, 6);
  });
}

TEST(PivotedCholesky, DoesNotHideNumbersThatAreNotFinite) {
  for_each_isa([] {
    RandomStream random(4);
    auto gram = graded_gram(9, 0.5, random);
    gram[3 * 16 + 3] = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> columns(10 * 16);
    EXPECT_FALSE(std::isfinite(pivoted_cholesky({9, gram.data()}, 1, 6, columns.data()).residual));
  });
}

TEST(Orthonormalize, KeepsTheSpanOfColumnsOfAnyGrade) {
  for_each_isa([] {
    RandomStream random(5);
    for (const int size : {4, 15, 64, 70}) {
      const auto stride = static_cast<std::size_t>(padded(size));
      const auto gram = graded_gram(size, 0.5, random);
      std::vector<double> columns((static_cast<std::size_t>(size) + 1) * stride);
      const int count =
          pivoted_cholesky({size, gram.data()}, 1e-10 * trace(gram, size), size - 1, columns.data())
              .count;
      const auto before = columns;
      orthonormalize(size, count, columns.data());
      const auto dot = [&](const std::vector<double>& a, int i, const std::vector<double>& b,
                           int j) {
        double sum = 0;
        for (std::size_t r = 0; r < stride; ++r) {
          sum += a[static_cast<std::size_t>(i) * stride + r] *
                 b[static_cast<std::size_t>(j) * stride + r];
        }
        return sum;
      };
      for (int i = 0; i < count; ++i) {
        double inside = 0;
        for (int j = 0; j < count; ++j) {
          EXPECT_NEAR(dot(columns, i, columns, j), i == j ? 1 : 0, 1e-13);
          if (j <= i) inside += std::pow(dot(before, i, columns, j), 2);
        }
        EXPECT_NEAR(inside, dot(before, i, before, i), 1e-12 * dot(before, i, before, i));
      }
    }
  });
}

}  // namespace
}  // namespace stategrad::kernels

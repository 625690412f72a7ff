// SPDX-License-Identifier: MIT
#include "analysis/half_life.h"

#include <gmock/gmock.h>

#include <cmath>

#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

/// e^{-d/τ} at the delays 0, 1, …, with a τ for all data and one without each block.
struct Curves {
  Curves(int count, double tau, const std::vector<double>& without) : sizes(without.size(), 10.0) {
    for (int d = 0; d < count; ++d) {
      all.push_back(std::exp(-d / tau));
      std::vector<double>& left = values.emplace_back();
      for (const double other : without) left.push_back(std::exp(-d / other));
    }
  }
  [[nodiscard]] std::vector<LeaveOneOut> delays() const {
    std::vector<LeaveOneOut> found;
    for (std::size_t d = 0; d < all.size(); ++d) found.push_back({all[d], values[d], sizes});
    return found;
  }

  std::vector<double> all;
  std::vector<std::vector<double>> values;
  std::vector<double> sizes;
};

TEST(HalfLives, HaveTheJackknifesError) {
  const std::vector<double> taus = {3.9, 4.1, 4.2, 3.8};
  const auto found = half_life(Curves(30, 4, taus).delays());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->blocks, 4);
  EXPECT_NEAR(found->estimate.value, 4 * std::log(2.0), 1e-12);
  // (g-1)/g Σ (θ_b - mean)², θ_b = τ_b ln 2.
  const double error = std::sqrt(3.0 / 4 * (0.01 + 0.01 + 0.04 + 0.04)) * std::log(2.0);
  EXPECT_NEAR(found->estimate.error, error, 1e-12);
  ASSERT_EQ(found->without.size(), 4U);
  EXPECT_NEAR(found->without[2], 4.2 * std::log(2.0), 1e-12);
}

TEST(HalfLives, AreNoneWhereHalfIsNotReached) {
  EXPECT_FALSE(half_life(Curves(3, 4, {4, 4}).delays()));
}

TEST(HalfLives, OfWhichABlockDecidesHaveNoError) {
  const auto found = half_life(Curves(4, 4, {4, 4, 9}).delays());
  ASSERT_TRUE(found);
  EXPECT_TRUE(std::isinf(found->estimate.error));
  EXPECT_TRUE(std::isnan(found->without[2]));
}

TEST(HalfLives, DoNotLookAtBlocksThatHaveNothing) {
  Curves curves(30, 4, {3.9, 4.1, 1000});
  curves.sizes[2] = 0;
  const auto found = half_life(curves.delays());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->blocks, 2);
  EXPECT_NEAR(found->estimate.error, 0.1 * std::log(2.0), 1e-12);
}

TEST(HalfLives, NeedAsManyBlocksAtEveryDelay) {
  const Curves curves(5, 1, {1, 1});
  auto delays = curves.delays();
  delays[3].without = delays[3].without.first(1);
  EXPECT_THROW((void)half_life(delays), UsageError);
  EXPECT_THROW((void)half_life({}), UsageError);
}

}  // namespace
}  // namespace stategrad::analysis

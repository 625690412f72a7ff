// SPDX-License-Identifier: MIT
#include "analysis/unit_timescales.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(UnitTimescales, OfConstantGatesAreExact) {
  // ln f = -1/20 and -1/3 for every word, in blocks of 10 and 30 words.
  const std::vector<double> sums = {-0.5, -10.0 / 3, -1.5, -10};
  const std::vector<std::int64_t> counts = {10, 30};
  const auto units = unit_timescales(sums, counts);
  ASSERT_EQ(units.size(), 2U);
  EXPECT_DOUBLE_EQ(units[0].mean_log.value, -0.05);
  EXPECT_NEAR(units[0].timescale.value, 20, 1e-13);
  EXPECT_NEAR(units[1].timescale.value, 3, 1e-14);
  EXPECT_NEAR(units[0].timescale.error, 0, 1e-12);
}

TEST(UnitTimescales, HaveTheErrorsOfTheTextbook) {
  const std::vector<double> sums = {-1, -3, -4, -6};
  const auto unit = unit_timescales(sums, std::vector<std::int64_t>{1, 1, 1, 1}).at(0);
  EXPECT_DOUBLE_EQ(unit.mean_log.value, -3.5);
  EXPECT_NEAR(unit.mean_log.error, std::sqrt(13.0 / 3 / 4), 1e-14);
  EXPECT_DOUBLE_EQ(unit.timescale.value, 2.0 / 7);
  // -1 over the means without one block: 3/13, 3/11, 3/10, 3/8.
  const std::vector<double> without = {3.0 / 13, 3.0 / 11, 0.3, 0.375};
  double mean = 0;
  double variance = 0;
  for (const double value : without) mean += value / 4;
  for (const double value : without) variance += 0.75 * (value - mean) * (value - mean);
  EXPECT_NEAR(unit.timescale.error, std::sqrt(variance), 1e-14);
}

TEST(UnitTimescales, CoverTheTruth) {
  // ln f uniform in [-0.2, 0]: m = -0.1. Two errors cover it in about 95 of 100 texts.
  RandomStream random(5);
  int covered = 0;
  for (int text = 0; text < 400; ++text) {
    std::vector<double> sums(20);
    const std::vector<std::int64_t> counts(20, 50);
    for (double& sum : sums) {
      for (int i = 0; i < 50; ++i) sum -= 0.2 * random.uniform();
    }
    const Estimate timescale = unit_timescales(sums, counts)[0].timescale;
    covered += std::abs(timescale.value - 10) < 2 * timescale.error ? 1 : 0;
  }
  EXPECT_GT(covered, 365);
  EXPECT_LT(covered, 395);
}

TEST(UnitTimescales, OfOneBlockHaveNoKnownError) {
  const auto unit =
      unit_timescales(std::vector<double>{-2, 0}, std::vector<std::int64_t>{4, 0}).at(0);
  EXPECT_EQ(unit.timescale.value, 2);
  EXPECT_TRUE(std::isinf(unit.timescale.error));
}

TEST(UnitTimescales, OfAnOpenGateAreInfinite) {
  const auto unit =
      unit_timescales(std::vector<double>{0, 0}, std::vector<std::int64_t>{4, 4}).at(0);
  EXPECT_TRUE(std::isinf(unit.timescale.value));
  EXPECT_TRUE(std::isinf(unit.timescale.error));
}

TEST(UnitTimescales, NeedWords) {
  EXPECT_THAT(
      [] {
        static_cast<void>(
            unit_timescales(std::vector<double>{0, 0}, std::vector<std::int64_t>{0, 0}));
      },
      ThrowsMessage<UsageError>(HasSubstr("2 blocks with 0 words")));
}

TEST(Quantile, LiesBetweenTheValues) {
  const std::vector<double> values = {7, 1, 3, 5};
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 0.5), 4);
  EXPECT_DOUBLE_EQ(quantile(values, 0.25), 2.5);
  EXPECT_EQ(quantile(values, 1), 7);
}

TEST(Quantile, OfInfiniteValuesIsNoNonsense) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const std::vector<double> values = {1, 2, 3, kInfinite, kInfinite};
  EXPECT_EQ(quantile(values, 0.5), 3);
  EXPECT_EQ(quantile(values, 0.6), kInfinite);
  EXPECT_EQ(quantile(values, 0.9), kInfinite);
  EXPECT_THROW(static_cast<void>(quantile({}, 0.5)), UsageError);
  EXPECT_THROW(static_cast<void>(quantile({1}, 1.5)), UsageError);
}

}  // namespace
}  // namespace stategrad::analysis

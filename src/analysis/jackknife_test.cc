// SPDX-License-Identifier: MIT
#include "analysis/jackknife.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "base/random.h"

namespace stategrad::analysis {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The jackknife of f(mean) over blocks of numbers.
template <class Function>
Estimate of_blocks(const std::vector<std::vector<double>>& blocks, Function f) {
  double sum = 0;
  double count = 0;
  std::vector<double> sums;
  std::vector<double> sizes;
  for (const auto& block : blocks) {
    double part = 0;
    for (const double value : block) part += value;
    sums.push_back(part);
    sizes.push_back(static_cast<double>(block.size()));
    sum += part;
    count += sizes.back();
  }
  std::vector<double> without;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    without.push_back(f((sum - sums[b]) / (count - sizes[b])));
  }
  return jackknife(f(sum / count), without, sizes);
}

const auto kItself = [](double mean) { return mean; };

double normal(RandomStream& random) {
  return std::sqrt(-2 * std::log(1 - random.uniform())) *
         std::cos(2 * std::numbers::pi * random.uniform());
}

TEST(Jackknife, OfAMeanIsTheTextbookErrorOfTheMean) {
  // The variance of 1, 3, 4, 6 about their mean 3.5 is (6.25 + 0.25 + 0.25 + 6.25) / 3 = 13/3.
  const Estimate estimate = of_blocks({{1}, {3}, {4}, {6}}, kItself);
  EXPECT_DOUBLE_EQ(estimate.value, 3.5);
  EXPECT_NEAR(estimate.error, std::sqrt(13.0 / 3 / 4), 1e-14);
}

TEST(Jackknife, MeansWithoutABlockAreThoseOfTheOthers) {
  const std::vector<double> sums = {1, 7, 6};
  const std::vector<std::int64_t> counts = {1, 2, 1};
  EXPECT_EQ(means_without(sums, counts), (std::vector<double>{13.0 / 3, 3.5, 8.0 / 3}));
  const std::vector<std::int64_t> one = {0, 2, 0};
  EXPECT_TRUE(std::isnan(means_without(std::vector<double>{0, 7, 0}, one)[1]));
}

TEST(Jackknife, OfEqualBlocksIsTheTextbookFormula) {
  const std::vector<double> without = {1.5, 2.25, 1.75, 3};
  double mean = 0;
  for (const double value : without) mean += value / 4;
  double variance = 0;
  for (const double value : without) variance += 0.75 * (value - mean) * (value - mean);
  const std::vector<double> sizes(4, 17);
  // Whatever θ is: with equal blocks it cancels.
  for (const double all : {2.0, -7.0}) {
    EXPECT_NEAR(jackknife(all, without, sizes).error, std::sqrt(variance), 1e-13);
  }
}

TEST(Jackknife, OfUnequalBlocksIsTheFormulaOfBusingAndOthers) {
  const std::vector<double> without = {1.5, 2.25, 1.75};
  const std::vector<double> sizes = {2, 3, 5};
  const double all = 1.9;
  double combined = 3 * all;
  for (std::size_t b = 0; b < 3; ++b) combined -= (1 - sizes[b] / 10) * without[b];
  double variance = 0;
  for (std::size_t b = 0; b < 3; ++b) {
    const double h = 10 / sizes[b];
    const double pseudo = h * all - (h - 1) * without[b];
    variance += (pseudo - combined) * (pseudo - combined) / (h - 1) / 3;
  }
  EXPECT_NEAR(jackknife(all, without, sizes).error, std::sqrt(variance), 1e-14);
}

TEST(Jackknife, BlocksWithoutDataDoNotCount) {
  const Estimate whole = jackknife(2, std::vector<double>{1, 2, 4}, std::vector<double>{3, 4, 5});
  const Estimate with_empty =
      jackknife(2, std::vector<double>{1, 99, 2, 4}, std::vector<double>{3, 0, 4, 5});
  EXPECT_EQ(whole.error, with_empty.error);
}

TEST(Jackknife, OneBlockSaysNothingOfTheError) {
  EXPECT_EQ(jackknife(2, std::vector<double>{2}, std::vector<double>{5}).error, kInfinity);
  EXPECT_EQ(jackknife(2, std::vector<double>{2, 2}, std::vector<double>{5, 0}).error, kInfinity);
}

TEST(Jackknife, PercentIsRelativeToTheValue) {
  EXPECT_EQ((Estimate{-4, 1}).percent(), 25);
  EXPECT_EQ((Estimate{0, 0}).percent(), 0);
  EXPECT_EQ((Estimate{0, 1}).percent(), kInfinity);
}

/// How often value ± t error holds the truth, t the 97.5 % quantile for the degrees of freedom.
template <class Function>
double coverage(Function f, double truth, const std::vector<int>& sizes, double quantile) {
  constexpr int kTrials = 4000;
  int held = 0;
  RandomStream random(11);
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<std::vector<double>> blocks;
    for (const int size : sizes) {
      std::vector<double>& block = blocks.emplace_back();
      for (int i = 0; i < size; ++i) block.push_back(3 + normal(random));
    }
    const Estimate estimate = of_blocks(blocks, f);
    held += std::abs(estimate.value - truth) <= quantile * estimate.error ? 1 : 0;
  }
  return static_cast<double>(held) / kTrials;
}

TEST(Jackknife, IntervalsCoverTheTruthAsOftenAsTheyShould) {
  // 2.262 is Student's for nine degrees of freedom; the noise of a share of 0.95 is 0.0034.
  EXPECT_NEAR(coverage(kItself, 3, std::vector<int>(10, 20), 2.262), 0.95, 0.015);
  const auto square = [](double mean) { return mean * mean; };
  EXPECT_NEAR(coverage(square, 9, std::vector<int>(10, 20), 2.262), 0.95, 0.015);
  EXPECT_NEAR(coverage(square, 9, {20, 22, 18, 25, 15, 20, 21, 19, 24, 16}, 2.262), 0.95, 0.02);
}

TEST(JackknifeMean, IsThatOfTheNumbersBehindTheSums) {
  const std::vector<std::vector<double>> blocks = {{1, 2, 7}, {}, {4}, {0.5, 3}};
  const Estimate expected = of_blocks(blocks, kItself);
  const Estimate got =
      jackknife_mean(std::vector<double>{10, 0, 4, 3.5}, std::vector<std::int64_t>{3, 0, 1, 2});
  EXPECT_DOUBLE_EQ(got.value, expected.value);
  EXPECT_DOUBLE_EQ(got.error, expected.error);
}

TEST(JackknifeMean, OfNoNumbersIsNone) {
  const Estimate none = jackknife_mean(std::vector<double>{0, 0}, std::vector<std::int64_t>{0, 0});
  EXPECT_TRUE(std::isnan(none.value));
  EXPECT_EQ(none.error, kInfinity);
}

}  // namespace
}  // namespace stategrad::analysis

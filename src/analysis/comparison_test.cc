// SPDX-License-Identifier: MIT
#include "analysis/comparison.h"

#include <gmock/gmock.h>

#include <limits>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;
using testing::ThrowsMessage;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The mean of a class that has sum_b and size_b in block b.
struct Class {
  double all = 0;
  std::vector<double> without;
  std::vector<double> sizes;

  [[nodiscard]] LeaveOneOut view() const { return {all, without, sizes}; }
};

Class mean_of(const std::vector<double>& sums, const std::vector<double>& sizes) {
  double sum = 0;
  double size = 0;
  for (const double part : sums) sum += part;
  for (const double part : sizes) size += part;
  Class result{sum / size, {}, sizes};
  for (std::size_t b = 0; b < sums.size(); ++b) {
    result.without.push_back((sum - sums[b]) / (size - sizes[b]));
  }
  return result;
}

class Comparison : public FolderTest {};

TEST_F(Comparison, OfEqualBlocksIsThePairedTTestOfScipy) {
  const Matrix values = random_matrix(2, 8, 3);
  const std::vector<double> sizes(8, 1);
  const auto row = [&](int r) {
    return std::vector<double>(values.values.begin() + r * 8, values.values.begin() + r * 8 + 8);
  };
  const Difference difference =
      compare_classes(mean_of(row(0), sizes).view(), mean_of(row(1), sizes).view(), 0.9);
  EXPECT_EQ(difference.degrees_of_freedom, 7);
  write_matrix(folder_ / "values.npy", values);
  write_matrix(folder_ / "ours.npy",
               {1,
                6,
                {difference.estimate.value, difference.estimate.error, difference.t, difference.p,
                 difference.interval.low, difference.interval.high}});
  run_python(R"(
import scipy.stats
a, b = load('values.npy')
error = scipy.stats.sem(a - b)
t, p = scipy.stats.ttest_rel(a, b)
low, high = scipy.stats.t.interval(0.9, 7, (a - b).mean(), error)
numpy.testing.assert_allclose(load('ours.npy')[0], [(a - b).mean(), error, t, p, low, high], rtol=1e-9)
)");
}

TEST_F(Comparison, WithAClassThatDoesNotMoveTheErrorIsTheJackknifes) {
  const std::vector<double> sizes = {3, 5, 0, 2, 7};
  const Class moving = mean_of({2, 9, 0, 1, 4}, sizes);
  const Class still = mean_of({4, 4, 4, 4, 4}, {1, 1, 1, 1, 1});
  const Difference difference = compare_classes(moving.view(), still.view());
  EXPECT_NEAR(difference.estimate.error, jackknife(moving.all, moving.without, moving.sizes).error,
              1e-14);
  EXPECT_NEAR(difference.estimate.value, 16.0 / 17 - 4, 1e-14);
  EXPECT_EQ(difference.degrees_of_freedom, 3);
}

TEST_F(Comparison, OfAClassWithItselfIsNothing) {
  const Class one = mean_of({2, 9, 3}, {3, 5, 4});
  const Difference difference = compare_classes(one.view(), one.view());
  EXPECT_EQ(difference.estimate.error, 0);
  EXPECT_EQ(difference.t, 0);
  EXPECT_EQ(difference.p, 1);
}

TEST_F(Comparison, WithoutAnyScatterADifferenceIsCertain) {
  const std::vector<double> sizes(4, 2);
  const Difference difference =
      compare_classes(mean_of({4, 4, 4, 4}, sizes).view(), mean_of({2, 2, 2, 2}, sizes).view());
  EXPECT_EQ(difference.estimate.error, 0);
  EXPECT_EQ(difference.p, 0);
  EXPECT_EQ(difference.interval.low, 1);
  EXPECT_EQ(difference.interval.high, 1);
}

TEST_F(Comparison, OfOneBlockSaysNothing) {
  const Class a = mean_of({2, 9, 3}, {3, 5, 4});
  const Class b = mean_of({0, 9, 0}, {0, 5, 0});
  const Difference difference = compare_classes(a.view(), b.view());
  EXPECT_EQ(difference.estimate.error, kInfinity);
  EXPECT_EQ(difference.p, 1);
  EXPECT_EQ(difference.degrees_of_freedom, 0);
  EXPECT_EQ(difference.interval.high, kInfinity);
  EXPECT_EQ(confidence_interval({2, 1}, 1).low, -kInfinity);
}

/// How often p is below 0.05 for classes that share the noise of their block.
double discoveries(double shift, double shared) {
  constexpr int kTrials = 4000;
  const std::vector<double> sizes_a = {20, 22, 18, 25, 15, 20, 21, 19, 24, 16};
  const std::vector<double> sizes_b = {5, 4, 6, 5, 5, 6, 4, 5, 7, 3};
  RandomStream random(5);
  int found = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> a;
    std::vector<double> b;
    for (std::size_t i = 0; i < sizes_a.size(); ++i) {
      const double common = shared * normal(random);
      a.push_back(sizes_a[i] * (common + shift) + std::sqrt(sizes_a[i]) * normal(random));
      b.push_back(sizes_b[i] * common + std::sqrt(sizes_b[i]) * normal(random));
    }
    const Difference difference =
        compare_classes(mean_of(a, sizes_a).view(), mean_of(b, sizes_b).view());
    found += difference.p < 0.05 ? 1 : 0;
  }
  return static_cast<double>(found) / kTrials;
}

TEST_F(Comparison, FindsNoDifferenceWhereThereIsNoneAndOneWhereThereIs) {
  EXPECT_NEAR(discoveries(0, 0), 0.05, 0.015);
  EXPECT_NEAR(discoveries(0, 1), 0.05, 0.02);
  // The error of the difference is about √(1/200 + 1/50) = 0.16: what is common does not hide it.
  EXPECT_GT(discoveries(0.8, 0), 0.95);
  EXPECT_GT(discoveries(0.8, 1), 0.9);
}

TEST_F(Comparison, IntervalsHaveTheQuantilesOfStudent) {
  const auto reach = [](int blocks, double confidence) {
    return confidence_interval({1, 2}, blocks, confidence).high;
  };
  // Of the printed tables.
  EXPECT_NEAR(reach(10, 0.95), 1 + 2 * 2.262157, 2e-6);
  EXPECT_NEAR(reach(2, 0.95), 1 + 2 * 12.706205, 2e-6);
  EXPECT_NEAR(reach(6, 0.99), 1 + 2 * 4.032143, 2e-6);
  EXPECT_NEAR(reach(1000000, 0.95), 1 + 2 * 1.959966, 4e-6);
  EXPECT_NEAR(confidence_interval({1, 2}, 10).low, 1 - 2 * 2.262157, 2e-6);
}

TEST_F(Comparison, HolmsCorrectionIsThatOfTheTextbook) {
  const std::vector<double> p = {0.01, 0.04, 0.03, 0.005, 0.5};
  EXPECT_THAT(correct_by_holm(p), Pointwise(DoubleNear(1e-15), {0.04, 0.09, 0.09, 0.025, 0.5}));
  EXPECT_THAT(correct_by_holm(std::vector<double>{0.7, 0.6}), ElementsAre(1, 1));
  EXPECT_THAT(correct_by_holm({}), ElementsAre());
}

TEST_F(Comparison, HolmsCorrectionKeepsTheChanceOfAnyFalseDiscovery) {
  constexpr int kTrials = 4000;
  RandomStream random(8);
  int wrong = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> p(20);
    for (double& value : p) value = random.uniform();
    const auto corrected = correct_by_holm(p);
    wrong += *std::min_element(corrected.begin(), corrected.end()) < 0.05 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(wrong) / kTrials, 0.05, 0.012);
}

TEST_F(Comparison, RefusesWhatIsNoProbabilityAndBlocksThatDoNotPair) {
  for (const double p : {-0.1, 1.1, std::nan("")}) {
    EXPECT_THROW((void)correct_by_holm(std::vector<double>{0.5, p}), UsageError);
  }
  for (const double confidence : {0.0, 1.0, std::nan("")}) {
    EXPECT_THROW((void)confidence_interval({1, 1}, 5, confidence), UsageError);
  }
  const Class three = mean_of({2, 9, 3}, {3, 5, 4});
  const Class two = mean_of({2, 9}, {3, 5});
  EXPECT_THAT([&] { (void)compare_classes(three.view(), two.view()); },
              ThrowsMessage<UsageError>(HasSubstr("3 and 2 blocks")));
}

}  // namespace
}  // namespace stategrad::analysis

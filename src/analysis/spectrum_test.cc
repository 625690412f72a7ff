// SPDX-License-Identifier: MIT
#include "analysis/spectrum.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using Values = std::vector<double>;

TEST(LeadingSingularValue, OfKnownMatrices) {
  EXPECT_NEAR(leading_singular_value(Values{3, 0, 0, -7}, 2, 2), 7, 1e-14);
  // [1 1; 0 1] has the golden ratio.
  EXPECT_NEAR(leading_singular_value(Values{1, 1, 0, 1}, 2, 2), (1 + std::sqrt(5)) / 2, 1e-14);
  EXPECT_NEAR(leading_singular_value(Values{3, 4}, 1, 2), 5, 1e-14);
  EXPECT_NEAR(leading_singular_value(Values{3, 4}, 2, 1), 5, 1e-14);
  EXPECT_EQ(leading_singular_value(Values(12), 3, 4), 0);
}

TEST(LeadingSingularValue, OfAnOuterProductIsTheProductOfTheNorms) {
  RandomStream random(3);
  Values left(9);
  Values right(5);
  for (double& value : left) value = random.uniform() - 0.5;
  for (double& value : right) value = random.uniform() - 0.5;
  Values matrix;
  Values transposed(45);
  double norms = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    for (std::size_t j = 0; j < 5; ++j) {
      matrix.push_back(left[i] * right[j]);
      transposed[j * 9 + i] = matrix.back();
      norms += matrix.back() * matrix.back();
    }
  }
  EXPECT_NEAR(leading_singular_value(matrix, 9, 5), std::sqrt(norms), 1e-14);
  EXPECT_NEAR(leading_singular_value(transposed, 5, 9), std::sqrt(norms), 1e-14);
}

TEST(LeadingSingularValue, KeepsItsDigitsAtTheEndsOfTheRange) {
  for (const double scale : {1e-300, 1e-160, 1e160, 1e300}) {
    EXPECT_NEAR(leading_singular_value(Values{3 * scale, 0, 0, 4 * scale}, 2, 2) / scale, 4, 1e-13);
  }
}

TEST(LeadingSingularValue, RefusesWhatIsNotFinite) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW((void)leading_singular_value(Values{1, nan, 0, 1}, 2, 2), NumericalError);
}

TEST(LeadingSingularValueOfMean, IsThatOfTheMeanWithTheErrorOfItsBlocks) {
  // Multiples of one matrix of norm 1: the singular value is the mean of the factors.
  const Values direction = {0.6, 0, 0, 0, 0.8 * 0.6, 0.8 * 0.8, 0, 0, 0};
  const double norm = leading_singular_value(direction, 3, 3);
  const Values factors = {1, 3, 4, 6};
  std::vector<Values> sums;
  for (const double factor : factors) {
    Values& sum = sums.emplace_back(direction);
    for (double& value : sum) value *= 5 * factor;
  }
  std::vector<BlockSum> blocks;
  for (const Values& sum : sums) blocks.push_back({5, sum});
  const Estimate estimate = leading_singular_value_of_mean(blocks, 3, 3);
  EXPECT_NEAR(estimate.value, 3.5 * norm, 1e-14);
  EXPECT_NEAR(estimate.error, std::sqrt(13.0 / 3 / 4) * norm, 1e-13);
}

TEST(LeadingSingularValueOfMean, PassesOverEmptyBlocks) {
  const Values a = {4, 0, 0, 2};
  const Values b = {9, 0, 0, 3};
  const Values nothing(4);
  const Estimate two = leading_singular_value_of_mean(std::vector<BlockSum>{{2, a}, {3, b}}, 2, 2);
  const Estimate three =
      leading_singular_value_of_mean(std::vector<BlockSum>{{2, a}, {0, nothing}, {3, b}}, 2, 2);
  EXPECT_DOUBLE_EQ(two.value, 13.0 / 5);
  EXPECT_EQ(three.value, two.value);
  EXPECT_EQ(three.error, two.error);
}

TEST(LeadingSingularValueOfMean, HasNoErrorFromOneBlockAndNoValueFromNone) {
  const Values a = {4, 0, 0, 2};
  const Estimate one = leading_singular_value_of_mean(std::vector<BlockSum>{{2, a}}, 2, 2);
  EXPECT_EQ(one.value, 2);
  EXPECT_TRUE(std::isinf(one.error));
  EXPECT_THROW((void)leading_singular_value_of_mean(std::vector<BlockSum>{{0, a}}, 2, 2),
               UsageError);
}

}  // namespace
}  // namespace stategrad::analysis

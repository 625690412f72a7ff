// SPDX-License-Identifier: MIT
#include "report/comparison_results.h"

#include <gmock/gmock.h>

namespace stategrad::report {
namespace {

/// A class whose cross-validated values scatter around `value` from block to block.
ClassResult constant(const std::string& name, const std::string& group, double value) {
  ClassResult result{name, group, {}, {}};
  DelayResult& delay = result.delays.emplace_back();
  delay.delay = 5;
  delay.raw.blocks = 4;
  delay.raw.cross = {value, 0.01};
  delay.raw.cross_without = {value + 0.01, value - 0.01, value + 0.02, value - 0.02};
  delay.raw.sizes = {5, 5, 5, 5};
  return result;
}

TEST(Comparisons, AreWithinGroups) {
  const auto found = compare({constant("all", "all", 1), constant("a", "x", 1),
                              constant("b", "x", 2), constant("c", "y", 3)});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].first, "a");
  EXPECT_EQ(found[0].second, "b");
  EXPECT_EQ(found[0].delay, 5);
  EXPECT_NEAR(found[0].difference.estimate.value, -1, 1e-12);
}

TEST(Comparisons, AreCorrectedForTheirNumber) {
  ClassResult other = constant("c", "x", 1.05);
  other.delays[0].raw.cross_without = {1.08, 1.03, 1.04, 1.05};
  const auto found = compare({constant("a", "x", 1), constant("b", "x", 1.1), other});
  ASSERT_EQ(found.size(), 3U);
  for (const ComparisonResult& comparison : found) {
    EXPECT_GE(comparison.corrected_p, comparison.difference.p);
  }
}

TEST(Comparisons, NeedTwoBlocks) {
  ClassResult one = constant("a", "x", 1);
  one.delays[0].raw.blocks = 1;
  EXPECT_TRUE(compare({one, constant("b", "x", 2)}).empty());
}

TEST(Comparisons, AreMadeAtKeyDelaysOnly) {
  ClassResult other = constant("b", "x", 2);
  ClassResult one = constant("a", "x", 1);
  one.delays[0].delay = other.delays[0].delay = 6;
  EXPECT_TRUE(compare({one, other}).empty());
}

}  // namespace
}  // namespace stategrad::report

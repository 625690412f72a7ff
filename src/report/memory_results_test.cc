// SPDX-License-Identifier: MIT
#include "report/memory_results.h"

#include <gmock/gmock.h>

#include <cmath>

namespace stategrad::report {
namespace {

using analysis::Estimate;

/// Leading values 8 e^{-d/4}, norms twice that.
std::vector<DelayResult> decaying(int delays) {
  std::vector<DelayResult> results;
  for (int d = 0; d < delays; ++d) {
    DelayResult& result = results.emplace_back();
    const double value = 8 * std::exp(-d / 4.0);
    result.delay = d;
    result.raw.largest = {value, 0.01 * value};
    result.mean_norm = {2 * value, 0.01 * value};
  }
  return results;
}

/// A class whose cross-validated values scatter around `value` from block to block.
ClassResult constant(const std::string& name, const std::string& group, double value) {
  ClassResult result{name, group, {}, {}};
  DelayResult& delay = result.delays.emplace_back();
  delay.delay = 3;
  delay.raw.blocks = 4;
  delay.raw.cross = {value, 0.01};
  delay.raw.cross_without = {value + 0.01, value - 0.01, value + 0.02, value - 0.02};
  delay.raw.sizes = {5, 5, 5, 5};
  return result;
}

TEST(Memory, OfAnExponentialHasItsHalfLifeAndLaw) {
  const auto memory = memory_of(decaying(30));
  ASSERT_EQ(memory.size(), 2U);
  EXPECT_EQ(memory[0].measure, "raw_leading");
  EXPECT_EQ(memory[1].measure, "mean_norm");
  for (const MemoryResult& measure : memory) {
    EXPECT_NEAR(measure.horizon.half.value(), 4 * std::log(2.0), 1e-9);
    EXPECT_NEAR(measure.horizon.hundredth.value(), 4 * std::log(100.0), 1e-9);
    EXPECT_EQ(measure.decay.chosen, analysis::DecayLaw::kExponential);
  }
}

TEST(Memory, WithoutTheFirstDelayIsNone) {
  auto delays = decaying(5);
  delays.erase(delays.begin());
  EXPECT_TRUE(memory_of(delays).empty());
}

TEST(Comparisons, AreWithinGroups) {
  const auto found = compare({constant("all", "all", 1), constant("a", "x", 1),
                              constant("b", "x", 2), constant("c", "y", 3)});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].first, "a");
  EXPECT_EQ(found[0].second, "b");
  EXPECT_EQ(found[0].delay, 3);
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

}  // namespace
}  // namespace stategrad::report

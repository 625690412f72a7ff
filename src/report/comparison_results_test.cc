// SPDX-License-Identifier: MIT
#include "report/comparison_results.h"

#include <gmock/gmock.h>

#include <limits>

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

/// A class with a half-life, and those without each block.
ClassResult lasting(const std::string& name, double half, const std::vector<double>& without) {
  ClassResult result{name, "x", {}, {}};
  MemoryResult& memory = result.memory.emplace_back();
  memory.half_life = {{half, 0.1}, 4, without, {5, 5, 5, 5}};
  return result;
}

TEST(Comparisons, OfHalfLivesAreOfNoDelay) {
  StateResult state;
  state.half_life_comparisons =
      compare_half_lives({lasting("a", 2, {2.1, 1.9, 2.1, 1.9}), lasting("b", 5, {5, 5.1, 4.9, 5}),
                          lasting("c", 2, {2, 1.9, 2.1, 2}), constant("d", "x", 1)});
  ASSERT_EQ(state.half_life_comparisons.size(), 3U);
  const ComparisonResult& first = state.half_life_comparisons[0];
  EXPECT_EQ(first.measure, "half_life");
  EXPECT_FALSE(first.delay);
  EXPECT_NEAR(first.difference.estimate.value, -3, 1e-12);
  EXPECT_LT(first.corrected_p, 0.05);
  EXPECT_GT(state.half_life_comparisons[1].corrected_p, 0.5);
  EXPECT_TRUE(comparison_json(first)["delay"].is_null());
  Results results;
  results.states.push_back(std::move(state));
  EXPECT_THAT(comparisons_table(results).to_csv(), testing::HasSubstr(",x,a,b,,half_life,-3,"));
}

TEST(Comparisons, OfHalfLivesLeaveOutThoseThatABlockDecides) {
  ClassResult unsure = lasting("b", 5, {5, 5, 5, 5});
  unsure.memory[0].half_life->estimate.error = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(compare_half_lives({lasting("a", 2, {2, 2, 2, 2}), unsure}).empty());
}

/// A class of used gradients whose mean norms scatter around `value` from block to block.
UsedResult used(const std::string& name, double value) {
  UsedResult result{name, "x", {}};
  UsedDelay& delay = result.delays.emplace_back();
  delay.delay = 5;
  delay.blocks = 4;
  delay.mean_norm = {value, 0.01};
  delay.mean_norm_without = {value + 0.01, value - 0.01, value + 0.02, value - 0.02};
  delay.sizes = {5, 5, 5, 5};
  return result;
}

TEST(Comparisons, OfUsedGradientsAreOfMeanNormsAndOfNoState) {
  Results results;
  results.used = {used("a", 1), used("b", 3), used("c", 1)};
  results.used[2].delays[0].mean_norm_without = {1.03, 0.98, 0.99, 1};
  results.used_comparisons = compare_used(results.used);
  ASSERT_EQ(results.used_comparisons.size(), 3U);
  const ComparisonResult& first = results.used_comparisons[0];
  EXPECT_EQ(first.measure, "used_mean_norm");
  EXPECT_NEAR(first.difference.estimate.value, -2, 1e-12);
  // The blocks of a and b move together, so that nothing is left of their scatter: p is 0.
  EXPECT_LT(first.corrected_p, 1e-6);
  EXPECT_EQ(results.used_comparisons[1].corrected_p, 1);
  const io::Table table = comparisons_table(results);
  ASSERT_EQ(table.rows().size(), 3U);
  EXPECT_TRUE(table.to_csv().find("\n,,x,a,b,5,used_mean_norm,-2,") != std::string::npos);
  EXPECT_EQ(used_comparisons_part(results).json[0]["measure"], "used_mean_norm");
}

TEST(Comparisons, WithoutUsedGradientsAreNoPart) {
  EXPECT_TRUE(used_comparisons_part({}).json.is_null());
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

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
    result.raw.cross = {value, 0.01 * value};
    result.raw.sizes = {10, 10, 10};
    for (const double tau : {3.9, 4.0, 4.1}) {
      result.raw.cross_without.push_back(8 * std::exp(-d / tau));
    }
    result.mean_norm = {2 * value, 0.01 * value};
  }
  return results;
}

TEST(Memory, OfAnExponentialHasItsHalfLifeAndLaw) {
  const auto memory = memory_of(decaying(30));
  ASSERT_EQ(memory.size(), 3U);
  EXPECT_EQ(memory[0].measure, "raw_leading");
  EXPECT_EQ(memory[1].measure, "raw_leading_cross_validated");
  EXPECT_EQ(memory[2].measure, "mean_norm");
  for (const MemoryResult& measure : memory) {
    EXPECT_NEAR(measure.horizon.half.value(), 4 * std::log(2.0), 1e-9);
    EXPECT_NEAR(measure.horizon.hundredth.value(), 4 * std::log(100.0), 1e-9);
    EXPECT_EQ(measure.decay.chosen, analysis::DecayLaw::kExponential);
  }
}

TEST(Memory, HasTheCurveOfItsLaw) {
  const Json json = memory_json(memory_of(decaying(30))[0]);
  ASSERT_EQ(json["curve"].size(), 30U);
  for (int d = 0; d < 30; ++d) {
    EXPECT_NEAR(json["curve"][static_cast<std::size_t>(d)].get<double>(), 8 * std::exp(-d / 4.0),
                1e-6);
  }
  // Two points are too few for any law.
  EXPECT_FALSE(memory_json(memory_of(decaying(2))[0]).contains("curve"));
}

TEST(Memory, HasAnErrorOfTheCrossValidatedHalfLife) {
  const auto memory = memory_of(decaying(30));
  EXPECT_FALSE(memory_json(memory[0]).contains("half_life"));
  const Json json = memory_json(memory[1]);
  EXPECT_EQ(json["half_life"]["estimate"], json["half"]);
  // √(2/3 (0.1² + 0.1²)) ln 2
  EXPECT_NEAR(json["half_life"]["error"].get<double>(), std::sqrt(0.02 * 2 / 3) * std::log(2.0),
              1e-9);
  EXPECT_LT(json["half_life"]["low"], json["half"]);
}

TEST(Memory, TablesHaveTheErrorLast) {
  Results results;
  StateResult& state = results.states.emplace_back();
  state.classes.push_back({"all", "all", {}, memory_of(decaying(30))});
  const std::string csv = memory_table(results).to_csv();
  EXPECT_THAT(csv, testing::HasSubstr("law,parameters,half_low,half_high,half_error\n"));
  EXPECT_THAT(csv, testing::HasSubstr(",exponential,a=8 tau=4,,,\n"));
  EXPECT_THAT(csv,
              testing::ContainsRegex("cross_validated,0,2\\.77.*,a=8 tau=4,2\\..*,3\\..*,0\\.08"));
}

TEST(Memory, WithoutTheFirstDelayIsNone) {
  auto delays = decaying(5);
  delays.erase(delays.begin());
  EXPECT_TRUE(memory_of(delays).empty());
}

}  // namespace
}  // namespace stategrad::report

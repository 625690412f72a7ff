// SPDX-License-Identifier: MIT
#include "report/result_part.h"

#include <gmock/gmock.h>

#include <limits>

namespace stategrad::report {
namespace {

using testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ResultPart, AnEstimateHasItsConfidenceInterval) {
  const Json json = estimate_json({2, 0.5}, 10);
  // The 97.5 % quantile of Student's distribution of 9 degrees of freedom is 2.262157.
  EXPECT_EQ(json["estimate"], 2);
  EXPECT_EQ(json["error"], 0.5);
  EXPECT_NEAR(json["low"].get<double>(), 2 - 0.5 * 2.262157, 1e-6);
  EXPECT_NEAR(json["high"].get<double>(), 2 + 0.5 * 2.262157, 1e-6);
}

TEST(ResultPart, TheIntervalOfAShareIsCutToWhatIsPossible) {
  const Json json = estimate_json({0.99, 0.01}, 10, Bounded::kShare);
  EXPECT_NEAR(json["low"].get<double>(), 0.99 - 0.01 * 2.262157, 1e-6);
  EXPECT_EQ(json["high"], 1);
  std::vector<io::Cell> row;
  append_estimate({0.01, 0.1}, 10, row, Bounded::kShare);
  EXPECT_EQ(row[1], io::Cell(0.0));
  EXPECT_TRUE(estimate_json({1, kInfinity}, 1, Bounded::kShare)["low"].is_null());
}

TEST(ResultPart, WhatIsNotFiniteIsNull) {
  const Json json = estimate_json({2, kInfinity}, 1);
  EXPECT_EQ(json["estimate"], 2);
  EXPECT_TRUE(json["error"].is_null());
  EXPECT_TRUE(json["low"].is_null());
  EXPECT_TRUE(json["high"].is_null());
  EXPECT_TRUE(number_json(std::nullopt).is_null());
}

TEST(ResultPart, RoundingKeepsSignificantDigits) {
  EXPECT_EQ(rounded(0.0123456, 3), 0.0123);
  EXPECT_EQ(rounded(-98765, 2), -99000);
  EXPECT_EQ(rounded(0, 3), 0);
}

TEST(ResultPart, CellsOfAnEstimateFollowTheColumns) {
  std::vector<io::Cell> row = state_cells({StateKind::kHidden, 1});
  append_estimate({2, kInfinity}, 1, row);
  EXPECT_THAT(row, ElementsAre(io::Cell(std::string("hidden")), io::Cell(std::int64_t{1}),
                               io::Cell(2.0), io::Cell(), io::Cell(), io::Cell()));
}

TEST(ResultPart, CellsBecomeJson) {
  EXPECT_TRUE(cell_json({}).is_null());
  EXPECT_EQ(cell_json(std::int64_t{3}), 3);
  EXPECT_EQ(cell_json(std::string("x")), "x");
  EXPECT_EQ(state_json({StateKind::kCell, 2}).dump(), R"({"state":"cell","layer":2})");
}

}  // namespace
}  // namespace stategrad::report

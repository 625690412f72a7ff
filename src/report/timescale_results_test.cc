// SPDX-License-Identifier: MIT
#include "report/timescale_results.h"

#include <gtest/gtest.h>

namespace stategrad::report {
namespace {

/// Two layers of two units over three blocks, the last of which is empty.
sinks::ClassStatistics head(CellKind cell) {
  sinks::ClassStatistics made;
  made.run.architecture.cell = cell;
  made.blocks = 3;
  made.gates = {.layers = 2,
                .blocks = 3,
                .size = 2,
                .count = {10, 30, 0},
                .sum = {-2, 0, -8, 0, 0, 0, -1, -10, -3, -10, 0, 0}};
  return made;
}

TEST(TimescaleResults, AreThoseOfTheSums) {
  const auto results = evaluate_timescales(head(CellKind::kLstm));
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0].gate, "forget");
  EXPECT_EQ(results[0].blocks, 2);
  EXPECT_DOUBLE_EQ(results[0].units[0].mean_log.value, -0.25);
  EXPECT_DOUBLE_EQ(results[0].units[0].timescale.value, 4);
  EXPECT_DOUBLE_EQ(results[1].units[1].timescale.value, 2);
  EXPECT_EQ(evaluate_timescales(head(CellKind::kGru))[0].gate, "update");
}

TEST(TimescaleResults, AreAPartInWhichInfinityIsNull) {
  const ResultPart part = timescales_part(evaluate_timescales(head(CellKind::kLstm)));
  EXPECT_EQ(part.key, "timescales");
  const Json& units = part.json[0]["units"];
  EXPECT_EQ(units[0]["unit"], 0);
  EXPECT_DOUBLE_EQ(units[0]["timescale"]["estimate"].get<double>(), 4);
  EXPECT_LT(units[0]["timescale"]["low"].get<double>(), 4);
  EXPECT_TRUE(units[1]["timescale"]["estimate"].is_null());
  EXPECT_EQ(units[1]["mean_log"]["estimate"], 0);
  const Json& median = part.json[1]["quantiles"][2];
  EXPECT_EQ(median["share"], 0.5);
  EXPECT_DOUBLE_EQ(median["timescale"].get<double>(), 6);
  EXPECT_TRUE(part.json[0]["quantiles"][2]["timescale"].is_null());
  EXPECT_EQ(Json::parse(part.json.dump()), part.json);
  const auto& table = part.files[0].table;
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(table->rows().size(), 8U);
  EXPECT_EQ(table->rows()[3][3], io::Cell("timescale"));
  EXPECT_EQ(table->rows()[3][4], io::Cell());
}

TEST(TimescaleResults, OfAFileWithoutGatesAreNone) {
  sinks::ClassStatistics without = head(CellKind::kRnn);
  without.gates.reset();
  EXPECT_TRUE(evaluate_timescales(without).empty());
  EXPECT_TRUE(timescales_part({}).json.is_null());
  EXPECT_FALSE(timescales_part({}).files[0].table.has_value());
}

}  // namespace
}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "report/validity_results.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace stategrad::report {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Four samples in two blocks of ten words; words 1 and 2 are of the class "low"; two delays.
sinks::ClassStatistics head() {
  sinks::ClassStatistics made;
  made.run.states = {{StateKind::kCell, 1}};
  made.run.max_delay = 2;
  made.run.words = 20;
  made.blocks = 2;
  made.classes = {{"low", "never"}, {"list", "list"}, {{}, {0}, {1}}};
  made.validity = {.asked = 5,
                   .sample = {.replacements = {{2, 0}, {4, 0}, {11, 0}, {12, 0}}, .left_out = {17}},
                   .signatures = {0, 1, 1, 0},
                   .states = {{.ratio = {1, kNone, 2, 3, 4, 5, 6, kNone},
                               .cosine = {1, kNone, 0.5, 0.25, -1, 0.75, 0, kNone},
                               .error = {0, kNone, 1, 2, 3, 4, 5, kNone}}}};
  return made;
}

TEST(ValidityResults, AreMeansOverTheSamplesOfAClass) {
  const auto results = evaluate_validity(head());
  ASSERT_EQ(results.size(), 2U) << "none of the class whose words were not replaced";
  const ValidityDelay& first = results[0].delays.at(0);
  EXPECT_EQ(results[0].name, "all");
  EXPECT_EQ(first.count, 4);
  EXPECT_EQ(first.blocks, 2);
  EXPECT_DOUBLE_EQ(first.norm_ratio.value, 13.0 / 4);
  EXPECT_DOUBLE_EQ(first.cosine.value, 0.125);
  EXPECT_DOUBLE_EQ(first.relative_error.value, 9.0 / 4);
  // Two blocks of equal size: the error is half the difference of their means.
  EXPECT_NEAR(first.norm_ratio.error, (5 - 1.5) / 2, 1e-12);
  EXPECT_EQ(results[1].name, "low");
  EXPECT_EQ(results[1].group, "list");
  EXPECT_DOUBLE_EQ(results[1].delays.at(0).norm_ratio.value, 3);
}

TEST(ValidityResults, LeaveOutAndCountWhatIsTooSmall) {
  const ValidityDelay second = evaluate_validity(head())[0].delays.at(1);
  EXPECT_EQ(second.count, 2);
  EXPECT_EQ(second.too_small, 2);
  EXPECT_DOUBLE_EQ(second.norm_ratio.value, 4);
  sinks::ClassStatistics forgotten = head();
  for (auto* values : {&forgotten.validity->states[0].ratio, &forgotten.validity->states[0].cosine,
                       &forgotten.validity->states[0].error}) {
    for (std::size_t i = 1; i < values->size(); i += 2) (*values)[i] = kNone;
  }
  EXPECT_EQ(evaluate_validity(forgotten)[0].delays.size(), 1U) << "no delay without a number";
}

TEST(ValidityResults, AreAPartWithARowPerMeasure) {
  const ResultPart part = validity_part(evaluate_validity(head()));
  EXPECT_EQ(part.key, "validity");
  EXPECT_EQ(part.json[1]["state"], "cell");
  EXPECT_EQ(part.json[1]["layer"], 1);
  EXPECT_EQ(part.json[1]["class"], "low");
  const Json& delay = part.json[1]["delays"][0];
  EXPECT_EQ(delay["count"], 2);
  EXPECT_DOUBLE_EQ(delay["norm_ratio"]["estimate"].get<double>(), 3);
  EXPECT_TRUE(delay["cosine"].contains("low"));
  ASSERT_TRUE(part.files[0].table.has_value());
  EXPECT_EQ(part.files[0].table->rows().size(), 12U);
}

TEST(ValidityResults, OfAFileWithoutASampleAreNone) {
  sinks::ClassStatistics without = head();
  without.validity.reset();
  EXPECT_TRUE(evaluate_validity(without).empty());
  EXPECT_TRUE(validity_part({}).json.is_null());
  EXPECT_FALSE(validity_part({}).files[0].table.has_value());
}

}  // namespace
}  // namespace stategrad::report

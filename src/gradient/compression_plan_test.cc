// SPDX-License-Identifier: MIT
#include "gradient/compression_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace stategrad::gradient {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(CompressionDelays, StretchGeometricallyAndLeaveStepsToPay) {
  EXPECT_THAT(compression_delays(50), ElementsAre(6, 8, 10, 12, 14, 16, 19, 22, 26, 31, 37, 44));
  EXPECT_THAT(compression_delays(47), ElementsAre(6, 8, 10, 12, 14, 16, 19, 22, 26, 31, 37));
  EXPECT_THAT(compression_delays(10), ElementsAre(6));
  EXPECT_THAT(compression_delays(9), IsEmpty());
  EXPECT_LT(compression_delays(std::numeric_limits<int>::max()).size(), 130U);
}

class CompressionPlanOf : public testing::Test {
 protected:
  static constexpr int kDelays = 50;

  explicit CompressionPlanOf(int rows = 64, int size = 256) : text_(1000) {
    run_.architecture = {.cell = CellKind::kLstm,
                         .num_layers = 1,
                         .vocab_size = 1,
                         .embedding_size = rows,
                         .size = size};
    run_.text = text_;
    run_.states = {{StateKind::kCell, 0}};
    run_.max_delay = kDelays;
    run_.rows = rows;
    for (int delay = 0; delay < kDelays; ++delay) {
      sources_.push_back({.delay = delay, .slot = static_cast<std::size_t>(delay), .rank = rows});
    }
  }

  std::vector<CompressionPlan::Choice> choose(CompressionPlan& plan, std::int64_t position = 500) {
    std::vector<CompressionPlan::Choice> choices;
    plan.choose(sources_, Schedule(run_), position, choices);
    return choices;
  }
  std::vector<int> delays(const std::vector<CompressionPlan::Choice>& choices) {
    std::vector<int> out;
    for (const auto& choice : choices) out.push_back(sources_[choice.source].delay);
    return out;
  }

  std::vector<WordId> text_;
  GradientRun run_;
  std::vector<Source> sources_;
};

TEST_F(CompressionPlanOf, TakesTheSourcesOfTheStages) {
  CompressionPlan plan(run_, kDelays);
  const auto choices = choose(plan);
  EXPECT_THAT(delays(choices), ElementsAre(6, 8, 10, 12, 14, 16, 19, 22, 26, 31, 37, 44));
  for (const auto& choice : choices) {
    // The first compression must also pay for the sums' products.
    EXPECT_GT(choice.most, 20);
    EXPECT_LT(choice.most, 64 * 9 / 10);
  }
  EXPECT_LT(choices.front().most, choices.back().most) << "more steps pay for fewer rows";
}

TEST_F(CompressionPlanOf, AsksLittleOfSourcesThatAreSmallAlready) {
  for (Source& source : sources_) source.rank = 10;
  CompressionPlan plan(run_, kDelays);
  for (const auto& choice : choose(plan)) EXPECT_EQ(choice.most, 9);
  for (Source& source : sources_) source.rank = 1;
  EXPECT_THAT(choose(plan), IsEmpty());
}

TEST_F(CompressionPlanOf, LeavesAloneWhatIsSoonForgotten) {
  CompressionPlan plan(run_, kDelays);
  // At the last words no steps are left.
  EXPECT_THAT(choose(plan, 999), IsEmpty());
  EXPECT_THAT(delays(choose(plan, 996)), ElementsAre(6, 8, 10, 12, 14, 16, 19, 22, 26, 31, 37, 44));
  EXPECT_THAT(choose(plan, 997), IsEmpty());
}

TEST_F(CompressionPlanOf, TriesRarelyWhereItWasVainAndOftenAgainWhenItWasNot) {
  CompressionPlan plan(run_, kDelays);
  int tried = 0;
  CompressionPlan::Choice last;
  for (int word = 0; word < 12 + 160; ++word) {
    for (const auto& choice : choose(plan)) {
      if (sources_[choice.source].delay != 16) continue;
      ++tried;
      last = choice;
      plan.report(choice, false);
    }
  }
  EXPECT_EQ(tried, 12 + 10);
  plan.report(last, true);
  for (int word = 0; word < 3; ++word) EXPECT_EQ(choose(plan).size(), 12U);
}

class WideCompressionPlan : public CompressionPlanOf {
 protected:
  WideCompressionPlan() : CompressionPlanOf(650, 64) {}
};

TEST_F(WideCompressionPlan, LeavesAloneWhatWouldNotPay) {
  CompressionPlan plan(run_, kDelays);
  EXPECT_THAT(delays(choose(plan)), testing::Not(testing::Contains(6)));
}

}  // namespace
}  // namespace stategrad::gradient

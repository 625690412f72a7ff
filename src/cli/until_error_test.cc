// SPDX-License-Identifier: MIT
#include "cli/until_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <sstream>
#include <utility>

#include "gradient/gradient_test_util.h"
#include "io/io_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

sinks::Statistics of_factors(const std::vector<std::vector<double>>& factors_of_delays) {
  sinks::Statistics statistics;
  statistics.run.rows = 2;
  statistics.run.architecture.size = 3;
  statistics.blocks = static_cast<int>(factors_of_delays[0].size());
  sinks::StateStatistics& state = statistics.states.emplace_back();
  state.sum = Buffer<double>(factors_of_delays.size() * factors_of_delays[0].size() * 6);
  for (const auto& factors : factors_of_delays) {
    for (const double factor : factors) {
      // One entry alone: it is the singular value.
      state.sum[state.count.size() * 6 + 4] = 5 * factor;
      state.count.push_back(factor == 0 ? 0 : 5);
      state.squared_norm.push_back(5 * factor * factor);
    }
  }
  return statistics;
}

TEST(LargestError, IsThatOfTheWorstDelayThatOccurs) {
  const double error = 100 * std::sqrt(13.0 / 3 / 4) / 3.5;
  EXPECT_NEAR(largest_error_percent(of_factors({{1, 3, 4, 6}, {5, 5, 5, 5}})), error, 1e-10);
  EXPECT_NEAR(largest_error_percent(of_factors({{5, 5, 5, 5}, {1, 3, 4, 6}})), error, 1e-10);
  EXPECT_NEAR(largest_error_percent(of_factors({{1, 3, 4, 6}, {0, 0, 0, 0}})), error, 1e-10);
}

TEST(LargestError, IsInfiniteWhereOnlyOneBlockCounted) {
  EXPECT_EQ(largest_error_percent(of_factors({{5, 5, 5, 5}, {0, 2, 0, 0}})),
            std::numeric_limits<double>::infinity());
}

class UntilError : public io::FolderTest {
 protected:
  void SetUp() override {
    io::FolderTest::SetUp();
    session_.err = &err_;
    session_.out = &err_;
    request_.directory = folder_ / "out";
    request_.options.max_delay = 3;
    request_.blocks = 4;
    request_.percent = 4;
  }
  ErrorReached reach() {
    ThreadTeam team(1);
    return write_until_error(model_, std::span<const WordId>(text_), request_, session_, team);
  }
  [[nodiscard]] sinks::Statistics written() const {
    return sinks::read_statistics(request_.directory / sinks::kStatisticsFileName);
  }

  LanguageModel<double> model_ = gradient::random_model(
      {.cell = CellKind::kLstm, .vocab_size = 6, .embedding_size = 2, .size = 3}, 1);
  std::vector<WordId> text_ = gradient::random_text(model_.architecture(), 3000, 2);
  UntilErrorRequest request_;
  std::ostringstream err_;
  Session session_;
};

TEST_F(UntilError, StopsBeforeTheEndAndTellsPositionsAndError) {
  const ErrorReached reached = reach();
  EXPECT_LT(reached.percent, 4);
  EXPECT_GT(reached.percent, 0);
  EXPECT_LT(reached.positions, 3000);
  sinks::Statistics statistics = written();
  EXPECT_EQ(std::ssize(statistics.run.sources), reached.positions);
  std::swap(statistics.run.rows, statistics.run.architecture.size);  // files have [H, R]
  EXPECT_NEAR(largest_error_percent(statistics), reached.percent, 1e-9);
  std::int64_t count = 0;
  for (const std::int64_t one : statistics.states[0].count) count += one;
  EXPECT_EQ(count, reached.state_gradients);
  EXPECT_THAT(err_.str(), HasSubstr("positions: error"));
  EXPECT_THAT(err_.str(), Not(HasSubstr("warning")));
}

TEST_F(UntilError, TheSumsAreThoseOfOnePassOverTheseSources) {
  (void)reach();
  const sinks::Statistics statistics = written();
  GradientOptions options = request_.options;
  options.sources = statistics.run.sources;
  sinks::StatisticsSums sums(request_.provenance, request_.blocks);
  ThreadTeam team(1);
  compute_state_gradients(model_, std::span<const WordId>(text_), options, sums, team);
  const sinks::Statistics expected = sums.take();
  EXPECT_EQ(statistics.states[0].count, expected.states[0].count);
  for (std::size_t i = 0; i < expected.states[0].sum.size(); ++i) {
    EXPECT_NEAR(statistics.states[0].sum[i], expected.states[0].sum[i], 1e-12);
  }
}

TEST_F(UntilError, ASmallerErrorTakesMorePositionsThatReachAllOfTheText) {
  const std::int64_t few = reach().positions;
  const std::vector<std::int64_t> first = written().run.sources;
  EXPECT_LT(first.front(), 3000 / 16);
  EXPECT_GT(first.back(), 3000 - 3000 / 16);
  request_.percent = 0.7;
  EXPECT_GT(reach().positions, few);
}

TEST_F(UntilError, WhatCannotBeReachedTakesAllAndIsWarnedOf) {
  request_.percent = 1e-6;
  const ErrorReached reached = reach();
  EXPECT_EQ(reached.positions, 3000);
  EXPECT_GT(reached.percent, 1e-6);
  EXPECT_THAT(written().run.sources, IsEmpty());
  EXPECT_THAT(err_.str(), HasSubstr("warning: all 3,000 positions are used"));
}

TEST_F(UntilError, GivenSourcesAreTheMostThatAreUsed) {
  request_.percent = 1e-6;
  for (std::int64_t source = 0; source < 3000; source += 10) {
    request_.options.sources.push_back(source);
  }
  EXPECT_EQ(reach().positions, 300);
  EXPECT_EQ(written().run.sources, request_.options.sources);
}

TEST_F(UntilError, FollowsFromTheSeed) {
  (void)reach();
  const std::string once = read_file(request_.directory / sinks::kStatisticsFileName);
  (void)reach();
  EXPECT_EQ(read_file(request_.directory / sinks::kStatisticsFileName), once);
  const std::vector<std::int64_t> sources = written().run.sources;
  request_.seed = 2;
  (void)reach();
  EXPECT_NE(written().run.sources, sources);
}

TEST_F(UntilError, InterruptedLeavesNoFile) {
  const std::atomic<bool> stop = true;
  request_.options.stop = &stop;
  EXPECT_THROW((void)reach(), Interrupted);
  EXPECT_TRUE(std::filesystem::is_empty(request_.directory));
}

}  // namespace
}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
#include "analysis/probe_search.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::ElementsAre;

LabelledVectors noisy(int count) {
  LabelledVectors data{3, random_matrix(count, 3, 5).values, {}};
  for (int i = 0; i < count; ++i) {
    data.y.push_back(i % 3);
    data.x[static_cast<std::size_t>(3 * i + i % 3)] += 1;
  }
  return data;
}

TEST(StratifiedFolds, ShareEveryClass) {
  EXPECT_THAT(stratified_folds(std::vector<int>{5, 5, 5, 5, 5, 5, 2, 2, 2}, 3),
              ElementsAre(0, 0, 1, 1, 2, 2, 0, 1, 2));
  EXPECT_THAT(stratified_folds(std::vector<int>{1, 0, 1, 0}, 2), ElementsAre(0, 0, 1, 1));
  EXPECT_THROW((void)stratified_folds(std::vector<int>{1, 0}, 1), UsageError);
}

TEST(StratifiedFolds, HaveEqualSizesWhateverTheClasses) {
  RandomStream random(1);
  std::vector<int> y;
  for (int i = 0; i < 100; ++i) y.push_back(static_cast<int>(random.below(7)));
  std::vector<int> sizes(3);
  for (const int fold : stratified_folds(y, 3)) ++sizes[static_cast<std::size_t>(fold)];
  EXPECT_THAT(sizes, ElementsAre(34, 33, 33));
}

TEST(ProbeSearchTest, ScoresAreThoseOfFitsOnTheOtherFolds) {
  const LabelledVectors data = noisy(60);
  const ProbeSearch search{
      .loss_weights = {0.1, 2}, .folds = stratified_folds(data.y, 3), .on_fit = {}};
  ThreadTeam team(1);
  const auto scores = search_probe(team, data, search);
  ASSERT_EQ(scores.size(), 8U);
  EXPECT_EQ(scores[0].parameters.loss_weight, 0.1);
  EXPECT_TRUE(scores[0].parameters.balanced);
  EXPECT_EQ(scores[0].parameters.scheme, ProbeScheme::kOneVsRest);
  EXPECT_EQ(scores[7].parameters.loss_weight, 2);
  EXPECT_FALSE(scores[7].parameters.balanced);
  EXPECT_EQ(scores[7].parameters.scheme, ProbeScheme::kMultinomial);
  for (const ProbeScore& score : scores) {
    double sum = 0;
    for (int fold = 0; fold < 3; ++fold) {
      std::vector<int> in;
      std::vector<int> out;
      for (int i = 0; i < 60; ++i) {
        (search.folds[static_cast<std::size_t>(i)] == fold ? in : out).push_back(i);
      }
      sum += accuracy(fit_probe(subset(data, out), score.parameters), subset(data, in));
    }
    EXPECT_NEAR(score.score, sum / 3, 1e-12);
  }
}

TEST(ProbeSearchTest, DoesNotDependOnTheThreadsAndReportsEveryFit) {
  const LabelledVectors data = noisy(30);
  std::int64_t last = 0;
  ProbeSearch search{.loss_weights = {0.1, 1}, .folds = single_folds(30)};
  search.on_fit = [&](std::int64_t done) { EXPECT_EQ(done, ++last); };
  ThreadTeam one(1);
  const auto scores = search_probe(one, data, search);
  EXPECT_EQ(last, count_fits(search));
  EXPECT_EQ(last, 2 * 4 * 30);
  last = 0;
  ThreadTeam three(3);
  const auto again = search_probe(three, data, search);
  for (std::size_t i = 0; i < scores.size(); ++i) EXPECT_EQ(scores[i].score, again[i].score);
}

TEST(ProbeSearchTest, StopsByAnException) {
  ProbeSearch search{.loss_weights = {1}, .folds = single_folds(30)};
  search.on_fit = [](std::int64_t) { throw Interrupted("stopped"); };
  ThreadTeam team(2);
  EXPECT_THROW((void)search_probe(team, noisy(30), search), Interrupted);
}

TEST(ProbeSearchTest, TheFirstOfTheBestWins) {
  const std::vector<ProbeScore> scores = {{{1}, 0.5}, {{2}, 0.75}, {{3}, 0.75}};
  EXPECT_EQ(best_of(scores).parameters.loss_weight, 2);
  EXPECT_THROW((void)best_of({}), UsageError);
}

}  // namespace
}  // namespace stategrad::analysis

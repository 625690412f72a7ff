// SPDX-License-Identifier: MIT
#include "train/schedule.h"

#include <gtest/gtest.h>

#include <vector>

#include "stategrad/errors.h"

namespace stategrad::train {
namespace {

/// Feeds a run's validation perplexities; returns the epoch (from 0) after which it stops, or -1.
int stops_after(int early_stop, const std::vector<double>& perplexities) {
  EarlyStopping rule(early_stop);
  for (std::size_t epoch = 0; epoch < perplexities.size(); ++epoch) {
    const std::span<const double> earlier(perplexities.data(), epoch);
    if (rule.add(earlier, perplexities[epoch])) return static_cast<int>(epoch);
  }
  return -1;
}

TEST(LearningRate, FollowsThePublishedSchedule) {
  Config config;  // rate 1 for 6 epochs, then times 0.8
  for (int epoch = 0; epoch < 6; ++epoch) EXPECT_EQ(learning_rate(config, epoch), 1.0) << epoch;
  EXPECT_DOUBLE_EQ(learning_rate(config, 6), 0.8);
  EXPECT_DOUBLE_EQ(learning_rate(config, 7), 0.64);
  EXPECT_NEAR(learning_rate(config, 38), 0.000633825, 1e-9);  // 0.8^33
}

TEST(LearningRate, DecaysFromTheFirstEpochWhenMaxEpochIsZero) {
  Config config;
  config.learning_rate = 2;
  config.lr_decay = 0.5;
  config.max_epoch = 0;
  EXPECT_DOUBLE_EQ(learning_rate(config, 0), 1);
  EXPECT_DOUBLE_EQ(learning_rate(config, 2), 0.25);
}

TEST(LearningRate, StaysForAdamAndAdagrad) {
  Config config;
  config.learning_rate = 0.001;
  for (const Optimizer optimizer : {Optimizer::kAdam, Optimizer::kAdagrad}) {
    config.optimizer = optimizer;
    EXPECT_EQ(learning_rate(config, 30), 0.001);
  }
}

TEST(EarlyStopping, NeverStopsWhileThePerplexityFalls) {
  EXPECT_EQ(stops_after(1, {9, 8, 7, 6, 5}), -1);
  EXPECT_EQ(stops_after(3, {9, 8, 7, 6, 5, 4, 3}), -1);
}

TEST(EarlyStopping, ComparesNothingBeforeEpochN) {
  // Epoch 1 is worse, but with n = 2 comparing begins with epoch 2, which is better than both.
  EXPECT_EQ(stops_after(2, {5, 9, 4, 3, 2}), -1);
}

TEST(EarlyStopping, CountsEachOfTheLastNThatIsNotAbove) {
  EXPECT_EQ(stops_after(2, {5, 4, 6}), 2);     // both are below 6: the counter is 2 at once
  EXPECT_EQ(stops_after(2, {5, 4, 4.5}), -1);  // one is below: the counter is 1
}

TEST(EarlyStopping, CountsAnEqualPerplexity) { EXPECT_EQ(stops_after(1, {5, 5}), 1); }

TEST(EarlyStopping, LooksNoFurtherBackThanN) {
  // At the last epoch the best value, 1, is three epochs back and no longer compared with.
  EXPECT_EQ(stops_after(2, {9, 8, 1, 0.9, 0.8, 0.7}), -1);
  EXPECT_EQ(stops_after(1, {1, 0.5, 0.4}), -1);
}

TEST(EarlyStopping, NeverResetsTheCounter) {
  // Epoch 2 adds 1 (4 is below 4.5), epoch 3 is better than all, epoch 5 adds the second.
  EXPECT_EQ(stops_after(2, {5, 4, 4.5, 3, 2, 2.5}), 5);
}

TEST(EarlyStopping, GoesOnFromASavedCount) {
  EarlyStopping rule(2);
  rule.restore(1);
  const std::vector<double> earlier{5, 4};
  EXPECT_TRUE(rule.add(earlier, 4.5));
  EXPECT_EQ(rule.count(), 2);
}

TEST(EarlyStopping, RefusesANumberBelowOne) { EXPECT_THROW(EarlyStopping(0), UsageError); }

}  // namespace
}  // namespace stategrad::train

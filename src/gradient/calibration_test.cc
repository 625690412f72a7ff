// SPDX-License-Identifier: MIT
#include "gradient/calibration.h"

#include <gtest/gtest.h>

#include "gradient/gradient_test_util.h"
#include "gradient/schedule.h"

namespace stategrad::gradient {
namespace {

const Architecture kShape{.vocab_size = 7, .embedding_size = 3, .size = 4};

TEST(FitWordCost, FindsTheLineThroughTheTimes) {
  std::vector<WordTime> times;
  for (const int rows : {1, 3, 6, 9, 9, 9}) times.push_back({rows, 0.5 + 0.25 * rows});
  const WordCost cost = fit_word_cost(times);
  EXPECT_NEAR(cost.per_word, 0.5, 1e-12);
  EXPECT_NEAR(cost.per_row, 0.25, 1e-12);
  EXPECT_NEAR(cost.plain, 0.5, 1e-12);
}

TEST(FitWordCost, KnowsWordsWithoutRowsByThemselves) {
  const WordCost cost = fit_word_cost(std::vector<WordTime>{{0, 0.1}, {2, 3}, {0, 0.3}, {4, 4}});
  EXPECT_NEAR(cost.per_word, 2, 1e-12);
  EXPECT_NEAR(cost.per_row, 0.5, 1e-12);
  EXPECT_NEAR(cost.plain, 0.2, 1e-12);
  const WordCost none = fit_word_cost(std::vector<WordTime>{{0, 1}, {0, 2}});
  EXPECT_EQ(none.per_word, 1.5);
  EXPECT_EQ(none.per_row, 0);
  EXPECT_EQ(none.plain, 1.5);
}

TEST(FitWordCost, KnowsNoNegativeCosts) {
  const WordCost steep = fit_word_cost(std::vector<WordTime>{{1, 0.0}, {2, 3.0}});
  EXPECT_EQ(steep.per_word, 0);
  EXPECT_EQ(steep.per_row, 1);
  const WordCost falling = fit_word_cost(std::vector<WordTime>{{1, 3.0}, {2, 1.0}});
  EXPECT_EQ(falling.per_word, 2);
  EXPECT_EQ(falling.per_row, 0);
  const WordCost equal = fit_word_cost(std::vector<WordTime>{{5, 1.0}, {5, 3.0}});
  EXPECT_EQ(equal.per_word, 2);
  EXPECT_EQ(fit_word_cost({}).per_word, 0);
}

/// What pass_seconds() says, word by word.
double by_words(const WordCost& cost, const GradientRun& run) {
  const Schedule schedule(run);
  std::vector<int> delays;
  double seconds = 0;
  for (std::int64_t position = 0; position < schedule.words(); ++position) {
    schedule.needed_delays(position, delays);
    const auto sources = static_cast<double>(delays.size());
    seconds += delays.empty() ? cost.plain : cost.per_word + cost.per_row * run.rows * sources;
  }
  return seconds;
}

TEST(PassSeconds, AreTheSumOverTheWords) {
  const auto model = random_model(kShape, 1);
  const auto text = random_text(kShape, 60, 1);
  const WordCost cost{.per_word = 2, .per_row = 0.5, .plain = 1};
  std::vector<GradientOptions> passes;
  for (const int max_delay : {1, 7, 60, 100}) {
    passes.push_back({.max_delay = max_delay});
    passes.push_back({.max_delay = max_delay, .windowed = true, .num_steps = 9});
    passes.push_back(
        {.max_delay = max_delay, .windowed = true, .num_steps = 9, .time_steps = {0, 5}});
    passes.push_back({.max_delay = max_delay, .sources = {3, 4, 30, 59}});
    passes.push_back({.max_delay = max_delay,
                      .windowed = true,
                      .num_steps = 9,
                      .time_steps = {2, 5},
                      .sources = {3, 4, 30, 43}});
  }
  for (const GradientOptions& options : passes) {
    const GradientRun run = plan_state_gradients(model, text, options);
    EXPECT_NEAR(pass_seconds(cost, run), by_words(cost, run), 1e-9)
        << options.max_delay << " " << options.windowed;
  }
}

TEST(PassSeconds, OfSeveralReadingsTakeWhatTheNetworkTakesEachTime) {
  const auto model = random_model(kShape, 1);
  const auto text = random_text(kShape, 60, 1);
  const GradientRun run = plan_state_gradients(model, text, {.max_delay = 10});
  const WordCost cost{.per_word = 2, .per_row = 0.5};
  EXPECT_NEAR(pass_seconds(cost, run, 3), pass_seconds(cost, run) + 2 * 60 * 2, 1e-9);
}

TEST(TrialOf, MovesSourcesToTheStart) {
  const auto model = random_model(kShape, 1);
  const auto text = random_text(kShape, 60, 1);
  GradientOptions options{.max_delay = 10, .sources = {21, 25, 40}};
  EXPECT_EQ(trial_of(plan_state_gradients(model, text, options)).sources,
            (std::vector<std::int64_t>{0, 4, 19}));
  options.windowed = true;
  options.num_steps = 9;
  EXPECT_EQ(trial_of(plan_state_gradients(model, text, options)).sources,
            (std::vector<std::int64_t>{3, 7, 22}));
  options.sources.clear();
  EXPECT_TRUE(trial_of(plan_state_gradients(model, text, options)).sources.empty());
}

/// A sink that takes a second for each block, of a clock that only it and the reader move.
class SlowSink : public GradientSink {
 public:
  void begin(const GradientRun&) override {}
  void push(const GradientBlock& block) override {
    now += 1;
    spent += 1;
    last = block.key.position;
  }
  void finish() override {}

  double now = 0;
  double spent = 0;
  std::int64_t last = -1;
};

TEST(TimeWords, TellsRowsAndLeavesOutTheFirstWordAndTheSink) {
  const auto model = random_model(kShape, 2);
  const auto text = random_text(kShape, 40, 2);
  const GradientRun run = plan_state_gradients(model, text, {.max_delay = 5});
  SlowSink sink;
  ThreadTeam team(2);
  const CalibrationOptions options{.seconds = 30,
                                   .clock = [&] { return sink.now += 0.25; },
                                   .uncounted = [&] { return sink.spent; }};
  const auto times = time_words(model, run, {}, sink, team, options);
  ASSERT_GE(times.size(), 5U);
  EXPECT_LT(times.size(), 12U);
  EXPECT_EQ(static_cast<std::int64_t>(times.size()), sink.last);
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_EQ(times[i].rows, 3 * std::min<std::int64_t>(5, static_cast<std::int64_t>(i) + 2));
    EXPECT_DOUBLE_EQ(times[i].seconds, 0.25);
  }
}

TEST(TimeWords, ATextOfOneWordIsTimedToo) {
  const auto model = random_model(kShape, 3);
  const std::vector<WordId> text{1};
  const GradientRun run = plan_state_gradients(model, text, {});
  SlowSink sink;
  ThreadTeam team(1);
  EXPECT_EQ(time_words(model, run, {}, sink, team, {}).size(), 1U);
}

}  // namespace
}  // namespace stategrad::gradient

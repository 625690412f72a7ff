// SPDX-License-Identifier: MIT
#include "gradient/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"

namespace stategrad::gradient {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<WordId> kWords(100);

GradientRun continuous(std::size_t words, int max_delay) {
  GradientRun run;
  run.text = std::span(kWords).first(words);
  run.max_delay = max_delay;
  return run;
}

GradientRun windowed(std::int64_t windows, int steps, int max_delay, std::vector<int> wanted) {
  GradientRun run = continuous(static_cast<std::size_t>((windows + 1) * steps), max_delay);
  run.windowed = true;
  run.num_steps = steps;
  run.num_windows = windows;
  run.time_steps = std::move(wanted);
  return run;
}

std::vector<int> delays_at(const Schedule& schedule, std::int64_t position) {
  std::vector<int> delays{99};
  schedule.needed_delays(position, delays);
  return delays;
}

TEST(Schedule, ContinuousReadsTheWholeTextAndWantsEveryPosition) {
  const Schedule schedule(continuous(10, 3));
  EXPECT_EQ(schedule.words(), 10);
  EXPECT_EQ(schedule.slots(), 3);
  for (std::int64_t position = 0; position < 10; ++position) {
    EXPECT_EQ(schedule.window(position), 0);
    EXPECT_EQ(schedule.step(position), 0);
    EXPECT_TRUE(schedule.wanted(position));
  }
  EXPECT_THAT(delays_at(schedule, 0), ElementsAre(0));
  EXPECT_THAT(delays_at(schedule, 1), ElementsAre(0, 1));
  EXPECT_THAT(delays_at(schedule, 9), ElementsAre(0, 1, 2));
  EXPECT_EQ(schedule.blocks_per_state(), 1 + 2 + 8 * 3);
}

TEST(Schedule, SlotsAreNoMoreThanThereAreWordsOrSteps) {
  EXPECT_EQ(Schedule(continuous(10, 2000000000)).slots(), 10);
  EXPECT_EQ(Schedule(windowed(2, 5, 2000000000, {4})).slots(), 5);
  EXPECT_EQ(Schedule(windowed(2, 5, 2, {4})).slots(), 2);
}

TEST(Schedule, WindowsLeaveAwayTheLastOneAndNumberTheirSteps) {
  const Schedule schedule(windowed(3, 4, 10, {0, 1, 2, 3}));
  EXPECT_EQ(schedule.words(), 12);
  EXPECT_EQ(schedule.window(3), 0);
  EXPECT_EQ(schedule.step(3), 3);
  EXPECT_EQ(schedule.window(4), 1);
  EXPECT_EQ(schedule.step(4), 0);
  EXPECT_THAT(delays_at(schedule, 3), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(delays_at(schedule, 4), ElementsAre(0)) << "no source of the window before";
  EXPECT_EQ(schedule.blocks_per_state(), 3 * (1 + 2 + 3 + 4));
}

TEST(Schedule, OneWantedStepCarriesOnlyTheSourcesThatItSees) {
  const Schedule schedule(windowed(2, 8, 3, {5}));
  for (const std::int64_t start : {0, 8}) {
    EXPECT_THAT(delays_at(schedule, start + 2), IsEmpty());
    EXPECT_THAT(delays_at(schedule, start + 3), ElementsAre(0));
    EXPECT_THAT(delays_at(schedule, start + 4), ElementsAre(0, 1));
    EXPECT_THAT(delays_at(schedule, start + 5), ElementsAre(0, 1, 2));
    EXPECT_THAT(delays_at(schedule, start + 6), IsEmpty());
    EXPECT_TRUE(schedule.wanted(start + 5));
    EXPECT_FALSE(schedule.wanted(start + 4));
  }
  EXPECT_EQ(schedule.blocks_per_state(), 2 * 3);
}

TEST(Schedule, CarriesWhatTheDefinitionAsksForAnyWindow) {
  RandomStream random(1);
  const auto pick = [&](int least, int most) {
    return least + static_cast<int>(random.below(static_cast<std::uint64_t>(most - least + 1)));
  };
  for (int trial = 0; trial < 200; ++trial) {
    const int steps = pick(1, 9);
    const int max_delay = pick(1, 11);
    const int windows = pick(1, 3);
    std::vector<int> wanted;
    for (int t = 0; t < steps; ++t) {
      if (pick(0, 2) == 0) wanted.push_back(t);
    }
    const Schedule schedule(windowed(windows, steps, max_delay, wanted));
    std::int64_t blocks = 0;
    for (std::int64_t position = 0; position < schedule.words(); ++position) {
      const int now = static_cast<int>(position % steps);
      std::vector<int> expected;
      for (int delay = 0; delay <= now && delay < max_delay; ++delay) {
        const bool seen_later = std::any_of(wanted.begin(), wanted.end(), [&](int t) {
          return t >= now && t - (now - delay) < max_delay;
        });
        if (seen_later) expected.push_back(delay);
      }
      const std::vector<int> delays = delays_at(schedule, position);
      ASSERT_EQ(delays, expected) << "trial " << trial << " position " << position;
      std::set<std::int64_t> slots;
      for (const int delay : delays) slots.insert((now - delay) % schedule.slots());
      ASSERT_EQ(slots.size(), delays.size()) << "two sources in one slot of the ring";
      const bool is_wanted = std::count(wanted.begin(), wanted.end(), now) != 0;
      ASSERT_EQ(schedule.wanted(position), is_wanted);
      if (is_wanted) blocks += std::min(now + 1, max_delay);
    }
    ASSERT_EQ(schedule.blocks_per_state(), blocks);
  }
}

TEST(Schedule, CarriesTheSourcesThatAreNamedAndNothingElse) {
  GradientRun run = continuous(20, 3);
  run.sources = {4, 5, 19};
  const Schedule schedule(run);
  EXPECT_EQ(schedule.words(), 20);
  EXPECT_THAT(delays_at(schedule, 3), IsEmpty());
  EXPECT_FALSE(schedule.wanted(3));
  EXPECT_THAT(delays_at(schedule, 4), ElementsAre(0));
  EXPECT_THAT(delays_at(schedule, 5), ElementsAre(0, 1));
  EXPECT_THAT(delays_at(schedule, 6), ElementsAre(1, 2));
  EXPECT_THAT(delays_at(schedule, 7), ElementsAre(2));
  EXPECT_TRUE(schedule.wanted(7));
  EXPECT_THAT(delays_at(schedule, 8), IsEmpty());
  EXPECT_FALSE(schedule.wanted(8));
  EXPECT_THAT(delays_at(schedule, 19), ElementsAre(0));
  EXPECT_EQ(schedule.blocks_per_state(), 3 + 3 + 1);
}

TEST(Schedule, CarriesOfAnySourcesWhatACarryOfAllHasOfThem) {
  RandomStream random(2);
  const auto pick = [&](int least, int most) {
    return least + static_cast<int>(random.below(static_cast<std::uint64_t>(most - least + 1)));
  };
  for (int trial = 0; trial < 200; ++trial) {
    GradientRun run = pick(0, 1) == 0
                          ? continuous(static_cast<std::size_t>(pick(1, 40)), pick(1, 9))
                          : windowed(pick(1, 4), 7, pick(1, 9), {2, 3, 6});
    const Schedule all(run);
    for (std::int64_t source = 0; source < all.words(); ++source) {
      if (pick(0, 3) == 0) run.sources.push_back(source);
    }
    if (run.sources.empty()) run.sources.push_back(0);
    const Schedule some(run);
    const std::set<std::int64_t> named(run.sources.begin(), run.sources.end());
    std::int64_t blocks = 0;
    for (std::int64_t position = 0; position < all.words(); ++position) {
      std::vector<int> expected = delays_at(all, position);
      std::erase_if(expected, [&](int delay) { return !named.contains(position - delay); });
      ASSERT_EQ(delays_at(some, position), expected) << "trial " << trial << " at " << position;
      const bool wanted = all.wanted(position) && !expected.empty();
      ASSERT_EQ(some.wanted(position), wanted);
      if (wanted) blocks += std::ssize(expected);
    }
    ASSERT_EQ(some.blocks_per_state(), blocks);
  }
}

}  // namespace
}  // namespace stategrad::gradient

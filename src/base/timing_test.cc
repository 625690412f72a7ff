// SPDX-License-Identifier: MIT
#include "base/timing.h"

#include <gtest/gtest.h>

namespace stategrad {
namespace {

TEST(MeanSeconds, LeavesTheFirstTimeOutAndStopsWhenTheTimeIsSpent) {
  double now = 100;
  std::int64_t calls = 0;
  const double mean = mean_seconds(
      [&](std::int64_t before) {
        EXPECT_EQ(before, calls);
        ++calls;
        now += before == 0 ? 5 : before % 2 == 1 ? 2 : 4;
      },
      {.seconds = 15, .clock = [&] { return now; }});
  EXPECT_EQ(calls, 5);  // 5, then 2, 4, 2, 4 seconds
  EXPECT_EQ(mean, 3);
}

TEST(MeanSeconds, ASlowTaskIsDoneTwice) {
  double now = 0;
  int calls = 0;
  const double mean = mean_seconds(
      [&](std::int64_t) {
        ++calls;
        now += 60;
      },
      {.seconds = 1, .clock = [&] { return now; }});
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(mean, 60);
}

TEST(SteadySeconds, NeverFall) {
  const double first = steady_seconds();
  EXPECT_GE(steady_seconds(), first);
}

}  // namespace
}  // namespace stategrad

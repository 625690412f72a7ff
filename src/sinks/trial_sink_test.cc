// SPDX-License-Identifier: MIT
#include "sinks/trial_sink.h"

#include <gtest/gtest.h>

#include "sinks/h5_test_util.h"

namespace stategrad::sinks {
namespace {

using enum OutputFormat;

class Trial : public H5Test {
 protected:
  /// A trial whose clock gains a second at every look.
  [[nodiscard]] TrialSink trial(std::vector<OutputFormat> formats, double seconds) {
    return {std::move(formats), folder_ / "out", DType::kFloat64, seconds,
            [this] { return ++now_; }};
  }

  double now_ = 0;
};

TEST_F(Trial, TakesBlocksUntilItsTimeIsSpent) {
  TrialSink sink = trial({kNpy, kNpz, kHdf5, kStatistics}, 5);
  run(windowed(), sink);
  EXPECT_EQ(sink.seconds(), 5);  // a second for each of five blocks
  EXPECT_EQ(sink.seconds_per_block(), 1);
}

TEST_F(Trial, FormatsWithoutMatricesTakeNoTime) {
  TrialSink sink = trial({kStatistics, kNull}, 5);
  run(windowed(), sink);
  EXPECT_EQ(sink.seconds(), 0);
  EXPECT_EQ(sink.seconds_per_block(), 0);
}

TEST_F(Trial, AddsUpOnlyForStatistics) {
  TrialSink sums({kNull, kStatistics}, "", DType::kFloat64, 1);
  TrialSink none({kNull}, "", DType::kFloat64, 1);
  const GradientRun run = plan(windowed());
  sums.begin(run);
  none.begin(run);
  EXPECT_EQ(none.accumulator({}), nullptr);
  double* const first = sums.accumulator({});
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(sums.accumulator({.delay = 3}), first + 3 * 5 * 3);
  EXPECT_NE(sums.accumulator({.state_index = 1}), first);
}

TEST_F(Trial, LeavesNoFileBehind) {
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  {
    TrialSink sink = trial({kNpy, kNpz, kHdf5, kStatistics}, 1000);
    run(windowed(), sink);
    EXPECT_GT(files(), 0U);  // of npy, until the trial is over
  }
  std::filesystem::current_path(here);
  EXPECT_EQ(files(), 0U);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

}  // namespace
}  // namespace stategrad::sinks

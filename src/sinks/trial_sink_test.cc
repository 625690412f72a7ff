// SPDX-License-Identifier: MIT
#include "sinks/trial_sink.h"

#include <gtest/gtest.h>

#include "sinks/h5_test_util.h"

namespace stategrad::sinks {
namespace {

using enum OutputFormat;

class Trial : public H5Test {
 protected:
  /// Lets a trial take all blocks of a pass; every look at its clock takes a second.
  [[nodiscard]] TrialSink take(const std::vector<OutputFormat>& formats, double seconds) {
    TrialSink sink(formats, DType::kFloat64, seconds, [this] { return ++now_; });
    run(windowed(), sink);
    return sink;
  }

  double now_ = 0;
};

TEST_F(Trial, TakesBlocksUntilItsTimeIsSpent) {
  const TrialSink sink = take({kNpy, kNpz, kHdf5, kStatistics}, 5);
  EXPECT_EQ(sink.seconds(), 5);  // a second for each of five blocks
  EXPECT_EQ(sink.seconds_per_block(), 1);
}

TEST_F(Trial, FormatsWithoutMatricesTakeNoTime) {
  const TrialSink sink = take({kStatistics, kNull}, 5);
  EXPECT_EQ(sink.seconds(), 0);
  EXPECT_EQ(sink.seconds_per_block(), 0);
}

TEST_F(Trial, AddsUpOnlyForStatistics) {
  TrialSink sums({kNull, kStatistics}, DType::kFloat64, 1);
  TrialSink none({kNull}, DType::kFloat64, 1);
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
  static_cast<void>(take({kNpy, kNpz, kHdf5, kStatistics}, 1000));
  std::filesystem::current_path(here);
  EXPECT_EQ(files(), 0U);
}

}  // namespace
}  // namespace stategrad::sinks

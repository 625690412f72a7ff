// SPDX-License-Identifier: MIT
#include "base/progress.h"

#include <gmock/gmock.h>

#include <sstream>

namespace stategrad {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class ProgressTest : public testing::Test {
 protected:
  void pass(int time) { now_ += milliseconds(time); }
  Progress::Clock clock() {
    return [this] { return now_; };
  }
  std::chrono::steady_clock::time_point now_;
  std::ostringstream stream_;
};

TEST_F(ProgressTest, ShortTasksShowNothing) {
  {
    Progress progress(stream_, true, "x", "words", 10, clock());
    pass(1999);
    progress.update(10);
  }
  EXPECT_EQ(stream_.str(), "");
}

TEST_F(ProgressTest, LineHasShareRateAndTimeLeft) {
  Progress progress(stream_, false, "epoch 3", "words", 1000, clock());
  pass(4000);
  progress.update(400, "perplexity 140.3");
  EXPECT_EQ(stream_.str(),
            "epoch 3: 40.0 % of 1,000 words, perplexity 140.3, 100 words/s, 6 s left\n");
}

TEST_F(ProgressTest, WhatWasDoneBeforeDoesNotCountForTheRate) {
  Progress progress(stream_, false, "x", "words", 1000, clock());
  pass(2000);
  progress.update(700, "", 500);
  EXPECT_THAT(stream_.str(), HasSubstr("100 words/s, 3 s left"));
}

TEST_F(ProgressTest, UnknownTotalShowsTheCount) {
  Progress progress(stream_, false, "x", "files", 0, clock());
  pass(2000);
  progress.update(3);
  EXPECT_EQ(stream_.str(), "x: 3 files, 1.5 files/s\n");
}

TEST_F(ProgressTest, ElsewhereThanOnATerminalALineComesEveryTenSeconds) {
  Progress progress(stream_, false, "x", "words", 100, clock());
  for (int second = 1; second <= 25; ++second) {
    pass(1000);
    progress.update(second);
  }
  const std::string shown = stream_.str();
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 3);
}

TEST_F(ProgressTest, TerminalLineIsRewrittenAndClearedAtTheEnd) {
  {
    Progress progress(stream_, true, "x", "words", 100, clock());
    pass(3000);
    progress.update(10);
    pass(100);
    progress.update(11);
    pass(100);
    progress.update(12);
  }
  const std::string shown = stream_.str();
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\r'), 4);
  EXPECT_THAT(shown, testing::Not(HasSubstr("\n")));
  EXPECT_THAT(shown, testing::EndsWith(" \r"));
}

}  // namespace
}  // namespace stategrad

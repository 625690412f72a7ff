// SPDX-License-Identifier: MIT
#include "cli/time_steps.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TimeSteps, ReadsOneStep) { EXPECT_THAT(parse_time_steps("7"), ElementsAre(7)); }

TEST(TimeSteps, ReadsListsAndRangesInRisingOrderWithoutRepeats) {
  EXPECT_THAT(parse_time_steps("49,0-3,2"), ElementsAre(0, 1, 2, 3, 49));
}

TEST(TimeSteps, AllIsAnEmptyList) { EXPECT_THAT(parse_time_steps("all"), IsEmpty()); }

TEST(TimeSteps, RefusesWhatIsNoStepAndNamesIt) {
  for (const char* text : {"", "x", "1,", ",1", "-1", "1-", "3-1", "1.5", "1 2", "99999999999"}) {
    EXPECT_THROW((void)parse_time_steps(text), UsageError) << text;
  }
  try {
    (void)parse_time_steps("1,zwei");
    FAIL();
  } catch (const UsageError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("'zwei'"));
  }
}

}  // namespace
}  // namespace stategrad::cli

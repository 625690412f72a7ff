// SPDX-License-Identifier: MIT
#include "kernels/isa.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "stategrad/errors.h"

namespace stategrad::kernels {
namespace {

TEST(Isa, ScalarIsAlwaysThereAndLevelsRise) {
  const auto levels = available_isas();
  ASSERT_FALSE(levels.empty());
  EXPECT_EQ(levels.front(), Isa::kScalar);
  EXPECT_TRUE(std::is_sorted(levels.begin(), levels.end()));
}

TEST(Isa, TheHighestLevelOrTheOneOfTheEnvironmentIsInUse) {
  const char* wanted = std::getenv("STATEGRAD_ISA");
  if (wanted != nullptr && *wanted != '\0') {
    EXPECT_EQ(to_string(active_isa()), wanted);
  } else {
    EXPECT_EQ(active_isa(), available_isas().back());
  }
}

TEST(Isa, EveryAvailableLevelCanBeChosen) {
  const Isa before = active_isa();
  for (const Isa isa : available_isas()) {
    set_active_isa(isa);
    EXPECT_EQ(active_isa(), isa);
  }
  set_active_isa(before);
}

TEST(Isa, ALevelThatDoesNotRunHereIsRefusedByName) {
  const auto levels = available_isas();
  if (levels.back() == Isa::kX86V4) GTEST_SKIP() << "this processor runs every level";
  try {
    set_active_isa(Isa::kX86V4);
    FAIL() << "no error";
  } catch (const UsageError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("x86-64-v4"));
    EXPECT_THAT(e.what(), testing::HasSubstr("scalar"));
  }
}

void choose_in_a_new_process(const char* level) {
  setenv("STATEGRAD_ISA", level, 1);
  try {
    std::exit(to_string(active_isa()) == level ? 0 : 1);
  } catch (const UsageError& e) {
    std::fputs(e.what(), stderr);
    std::exit(2);
  }
}

TEST(IsaDeathTest, TheEnvironmentChoosesTheLevel) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (const Isa isa : available_isas()) {
    EXPECT_EXIT(choose_in_a_new_process(std::string(to_string(isa)).c_str()),
                testing::ExitedWithCode(0), "");
  }
}

TEST(IsaDeathTest, AnUnknownLevelInTheEnvironmentIsAUsageError) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(choose_in_a_new_process("sse9"), testing::ExitedWithCode(2),
              "STATEGRAD_ISA is 'sse9'.*use scalar");
}

}  // namespace
}  // namespace stategrad::kernels

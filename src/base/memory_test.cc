// SPDX-License-Identifier: MIT
#include "base/memory.h"

#include <gmock/gmock.h>

#include <vector>

#include "stategrad/errors.h"

namespace stategrad {
namespace {

TEST(Memory, PeakCoversWhatWasTouched) {
  const std::vector<char> block(64 << 20, 'x');
  EXPECT_GE(peak_memory(), block.size());
}

TEST(Memory, ResidentGrowsByWhatIsTouchedAndFallsAgain) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers take memory of their own";
#endif
  const std::uintmax_t before = resident_memory();
  {
    const std::vector<char> block(64 << 20, 'x');
    EXPECT_GE(resident_memory(), before + block.size() / 2);
    EXPECT_LE(resident_memory(), peak_memory() + (4 << 20));
  }
  EXPECT_LT(resident_memory(), before + (32 << 20));
}

TEST(Memory, SomethingIsAvailable) { EXPECT_GT(available_memory(), 1U << 20); }

TEST(Memory, NoMoreIsAvailableThanThereIs) { EXPECT_GE(total_memory(), available_memory()); }

TEST(Memory, RequirementThatCannotBeMetNamesPurposeAndSizes) {
  EXPECT_NO_THROW(require_memory(1, "one byte"));
  try {
    require_memory(std::uintmax_t{1} << 60, "a model of size 900000");
    FAIL();
  } catch (const ResourceError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("a model of size 900000: 1.2 EB needed"));
  }
}

}  // namespace
}  // namespace stategrad

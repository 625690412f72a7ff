// SPDX-License-Identifier: MIT
#include "base/buffer.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "stategrad/errors.h"

namespace stategrad {
namespace {

bool is_aligned(const void* memory, std::uintptr_t to) {
  return reinterpret_cast<std::uintptr_t>(memory) % to == 0;
}

TEST(Buffer, StartsAsZeros) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{15}, std::size_t{1} << 19}) {
    // Memory that was used before must be cleared, too.
    for (int round = 0; round < 3; ++round) {
      Buffer<double> buffer(size);
      EXPECT_TRUE(std::all_of(buffer.begin(), buffer.end(), [](double x) { return x == 0; }));
      std::fill(buffer.begin(), buffer.end(), 7.0);
    }
  }
}

TEST(Buffer, StandsAtACacheLineAndLargeOnesAtAHugePage) {
  for (const std::size_t size : {1, 3, 17, 1000}) {
    EXPECT_TRUE(is_aligned(Buffer<char>(size).data(), 64));
  }
  EXPECT_TRUE(is_aligned(Buffer<float>(std::size_t{1} << 20).data(), std::uintptr_t{2} << 20));
}

TEST(Buffer, OfNothingHasNoMemory) {
  const Buffer<float> none, zero(0);
  EXPECT_TRUE(none.empty());
  EXPECT_TRUE(zero.empty());
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_EQ(std::span<const float>(zero).size(), 0U);
}

TEST(Buffer, MovesWithoutCopying) {
  Buffer<int> from(5);
  from[4] = 42;
  const int* const memory = from.data();
  const Buffer<int> to = std::move(from);
  EXPECT_EQ(to.data(), memory);
  EXPECT_EQ(to.size(), 5U);
  EXPECT_EQ(to[4], 42);
}

TEST(Buffer, ReadsAsASpan) {
  Buffer<int> buffer(3);
  const std::span<int> view = buffer;
  view[1] = 9;
  EXPECT_EQ(buffer[1], 9);
  const Buffer<int>& same = buffer;
  EXPECT_EQ(std::span<const int>(same).data(), view.data());
}

TEST(Buffer, TooLargeForTheMachineIsAnErrorThatNamesTheSize) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  // The address space, its wrap-around, and the wrap-around of count times width.
  for (const std::size_t size : {std::size_t{1} << 58, kMost / 8, kMost / 8 + 2, kMost}) {
    try {
      const Buffer<double> buffer(size);
      FAIL() << "nothing was thrown for " << size;
    } catch (const ResourceError& error) {
      const std::size_t bytes = size <= kMost / 8 ? size * 8 : kMost;
      EXPECT_THAT(error.what(), testing::HasSubstr(std::to_string(bytes)));
    }
  }
}

}  // namespace
}  // namespace stategrad

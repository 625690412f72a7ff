// SPDX-License-Identifier: MIT
#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>

namespace stategrad {
namespace {

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

/// Pearson's statistic of the counts against equal ones, in standard deviations of its law.
template <std::size_t Bins>
double excess_chi_square(const std::array<int, Bins>& counts, int total) {
  const double expected = static_cast<double>(total) / Bins;
  double sum = 0;
  for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
  return (sum - (Bins - 1)) / std::sqrt(2.0 * (Bins - 1));
}

TEST(Mix64, GivesThePublishedNumbersOfSplitmix64) {
  // The generator's first outputs from seed 1234567.
  constexpr std::array<std::uint64_t, 5> kExpected = {6457827717110365317U, 3203168211198807973U,
                                                      9817491932198370423U, 4593380528125082431U,
                                                      16408922859458223821U};
  std::uint64_t state = 1234567;
  for (const std::uint64_t expected : kExpected) {
    state += 0x9e3779b97f4a7c15U;
    EXPECT_EQ(mix64(state), expected);
  }
}

TEST(RandomStream, NeverChangesItsNumbers) {
  // Models are reproduced from their seeds by later versions, too.
  static_assert(RandomStream(1).at(0) == 0x6cad4aa61c2dc438U);
  static_assert(RandomStream(1).at(1) == 0x8ffb215f2f99d443U);
  static_assert(RandomStream(1, 7).at(0) == 0xe8461127b61a98c2U);
  static_assert(RandomStream(kMost, kMost).at(kMost) == 0xc30e057eb5b35ac5U);
  EXPECT_EQ(RandomStream(1, 7).uniform_at(0), 0.9073191377593538);
}

TEST(RandomStream, NextIsTheValueAtItsPosition) {
  RandomStream random(5, 2);
  for (std::uint64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(random.position(), i);
    EXPECT_EQ(random.next(), random.at(i));
  }
  EXPECT_EQ(random.uniform(), random.uniform_at(5));
  EXPECT_EQ(random.position(), 6U);
}

TEST(RandomStream, SeekGoesOnFromAnyPlace) {
  RandomStream random(5, 2);
  for (int i = 0; i < 10; ++i) (void)random.below(100);
  const std::uint64_t place = random.position();
  const std::uint64_t expected = random.next();
  RandomStream resumed(5, 2);
  resumed.seek(place);
  EXPECT_EQ(resumed.next(), expected);
  EXPECT_EQ(resumed.position(), place + 1);
}

TEST(RandomStream, EveryByteIsUniform) {
  constexpr int kDraws = 100000;
  for (int shift = 0; shift < 64; shift += 8) {
    RandomStream random(3);
    std::array<int, 256> counts{};
    for (int i = 0; i < kDraws; ++i) ++counts[(random.next() >> shift) & 255U];
    EXPECT_LT(std::abs(excess_chi_square(counts, kDraws)), 5) << "bits from " << shift;
  }
}

TEST(RandomStream, UniformLiesInTheHalfOpenUnitInterval) {
  RandomStream random(4);
  double sum = 0, squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 1.0 / 2, 5 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / kDraws));
}

TEST(RandomStream, BelowIsUniformAndNeverReachesItsLimit) {
  RandomStream random(6);
  std::array<int, 10> counts{};
  constexpr int kDraws = 50000;
  for (int i = 0; i < kDraws; ++i) {
    const std::uint64_t value = random.below(10);
    ASSERT_LT(value, 10U);
    ++counts[value];
  }
  EXPECT_LT(std::abs(excess_chi_square(counts, kDraws)), 5);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.below(1), 0U);
}

TEST(RandomStream, NeighbouringSeedsStreamsAndPlacesShareNothing) {
  constexpr int kDraws = 20000;
  int seeds = 0, streams = 0, places = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const std::uint64_t value = RandomStream(1).at(i);
    seeds += std::popcount(value ^ RandomStream(2).at(i));
    streams += std::popcount(value ^ RandomStream(1, 1).at(i));
    places += std::popcount(value ^ RandomStream(1).at(i + 1));
  }
  // The mean and five standard deviations of that many fair coins.
  for (const int bits : {seeds, streams, places}) {
    EXPECT_NEAR(bits, 32 * kDraws, 5 * std::sqrt(16.0 * kDraws));
  }
}

}  // namespace
}  // namespace stategrad

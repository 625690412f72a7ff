// SPDX-License-Identifier: MIT
#include "gradient/source_sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

using Positions = std::vector<std::int64_t>;

Positions range(std::int64_t count) {
  Positions all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

TEST(StratifiedSources, HaveOnePositionInEachStratumOfEqualLength) {
  for (const auto& [words, count] : {std::pair{100, 10}, {103, 10}, {7, 3}, {1000, 999}, {1, 1}}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Positions sources = stratified_sources(words, count, seed);
      ASSERT_EQ(sources.size(), static_cast<std::size_t>(count));
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t source = sources[static_cast<std::size_t>(i)];
        EXPECT_GE(source, i * words / count);
        EXPECT_LT(source, (i + 1) * words / count);
      }
    }
  }
}

TEST(StratifiedSources, OfAllWordsAreAllWords) {
  EXPECT_EQ(stratified_sources(17, 17, 5), range(17));
}

TEST(StratifiedSources, FollowFromTheSeed) {
  EXPECT_EQ(stratified_sources(10000, 100, 3), stratified_sources(10000, 100, 3));
  EXPECT_NE(stratified_sources(10000, 100, 3), stratified_sources(10000, 100, 4));
}

TEST(StratifiedSources, DrawEveryPositionOfAStratumEquallyOften) {
  std::vector<int> drawn(30);
  constexpr int kSeeds = 6000;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    for (const std::int64_t source : stratified_sources(30, 3, seed)) {
      ++drawn[static_cast<std::size_t>(source)];
    }
  }
  for (const int times : drawn) EXPECT_NEAR(times, kSeeds / 10, 6 * std::sqrt(kSeeds * 0.09));
}

TEST(StratifiedSources, HoldForTextsWithoutEnd) {
  const std::int64_t words = std::int64_t{1} << 60;
  const Positions sources = stratified_sources(words, 1000, 1);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(sources[i]) / 0x1p60, (static_cast<double>(i) + 0.5) / 1000,
                0.00051);
  }
}

TEST(StratifiedSources, RefuseNoneAndMoreThanThereAre) {
  for (const std::int64_t count : {-1, 0, 11}) {
    EXPECT_THAT([&] { (void)stratified_sources(10, count, 1); },
                ThrowsMessage<UsageError>(HasSubstr("positions of 10 words")));
  }
}

/// The sources of the first rounds, rising.
Positions seen(const std::vector<Positions>& rounds, std::size_t count) {
  Positions all;
  for (std::size_t r = 0; r < count; ++r) all.insert(all.end(), rounds[r].begin(), rounds[r].end());
  std::sort(all.begin(), all.end());
  return all;
}

TEST(Rounds, TogetherAreAllSources) {
  for (const std::int64_t count : {1, 2, 3, 63, 64, 65, 1000}) {
    for (const std::int64_t first : {1, 4, 64, 5000}) {
      const auto rounds = split_into_rounds(range(count), first, 9);
      EXPECT_EQ(seen(rounds, rounds.size()), range(count)) << count << " from " << first;
    }
  }
}

TEST(Rounds, SeenSoFarAreOneOfEveryGroupOfNeighbours) {
  const auto rounds = split_into_rounds(range(1024), 16, 2);
  ASSERT_EQ(rounds.size(), 7U);
  EXPECT_EQ(rounds[0].size(), 16U);
  for (std::size_t r = 0; r < rounds.size(); ++r) {
    const Positions so_far = seen(rounds, r + 1);
    const std::int64_t group = 64 >> r;
    ASSERT_EQ(so_far.size(), static_cast<std::size_t>(1024 / group));
    for (std::size_t i = 0; i < so_far.size(); ++i) {
      EXPECT_EQ(so_far[i] / group, static_cast<std::int64_t>(i)) << "round " << r;
    }
  }
}

TEST(Rounds, TheFirstHasAtLeastAboutAsManyAsAsked) {
  EXPECT_EQ(split_into_rounds(range(640), 640, 1).size(), 1U);
  EXPECT_EQ(split_into_rounds(range(1279), 640, 1).size(), 1U);
  EXPECT_EQ(split_into_rounds(range(1280), 640, 1)[0].size(), 640U);
}

TEST(Rounds, EverySourceHasTheSameChance) {
  // 11 is no power of two: the last group is not whole, and must not be preferred for it.
  std::vector<int> in_first(11);
  constexpr int kSeeds = 4000;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto rounds = split_into_rounds(range(11), 2, seed);
    // Without a representative, the first round was empty and has been left away.
    if (rounds.size() < 3) continue;
    for (const std::int64_t source : rounds[0]) ++in_first[static_cast<std::size_t>(source)];
  }
  for (const int times : in_first) EXPECT_NEAR(times, kSeeds / 4, 6 * std::sqrt(kSeeds * 3 / 16.0));
}

TEST(Rounds, FollowFromTheSeed) {
  EXPECT_EQ(split_into_rounds(range(300), 4, 1), split_into_rounds(range(300), 4, 1));
  EXPECT_NE(split_into_rounds(range(300), 4, 1), split_into_rounds(range(300), 4, 2));
}

TEST(Rounds, OfGivenPositionsKeepThem) {
  const Positions given = {3, 1000, 1001, 5000};
  const auto rounds = split_into_rounds(given, 2, 1);
  ASSERT_EQ(rounds.size(), 2U);
  EXPECT_EQ(seen(rounds, 2), given);
  EXPECT_THAT(split_into_rounds(Positions{7}, 1, 1), ElementsAre(ElementsAre(7)));
}

}  // namespace
}  // namespace stategrad::gradient

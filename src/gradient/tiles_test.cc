// SPDX-License-Identifier: MIT
#include "gradient/tiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "base/random.h"

namespace stategrad::gradient {

bool operator==(const Tile& a, const Tile& b) {
  return a.source == b.source && a.direction == b.direction && a.rows == b.rows;
}

namespace {

using testing::ElementsAre;

std::vector<Source> sources_of(const std::vector<int>& ranks) {
  std::vector<Source> sources;
  for (const int rank : ranks) {
    const auto number = sources.size();
    sources.push_back({.delay = static_cast<int>(number), .slot = number, .rank = rank});
  }
  return sources;
}

std::vector<Tile> tiles_of(const std::vector<int>& ranks, int full,
                           const std::vector<std::size_t>& chosen = {}) {
  Work work;
  for (const std::size_t source : chosen) work.choices.push_back({.source = source});
  lay_out_tiles(sources_of(ranks), full, 1, work);
  return work.tiles;
}

TEST(Tiles, OfWholeSourcesGoOnAcrossThem) {
  EXPECT_THAT(tiles_of({64, 64, 64}, 64),
              ElementsAre(Tile{0, 0, 48}, Tile{0, 48, 48}, Tile{1, 32, 48}, Tile{2, 16, 48}));
  EXPECT_THAT(tiles_of({5, 5}, 5), ElementsAre(Tile{0, 0, 10}));
  EXPECT_THAT(tiles_of({}, 5), ElementsAre());
}

TEST(Tiles, KeepCompressedSourcesTogether) {
  EXPECT_THAT(tiles_of({64, 64, 20, 20, 20, 60, 7}, 64),
              ElementsAre(Tile{0, 0, 48}, Tile{0, 48, 48}, Tile{1, 32, 32}, Tile{2, 0, 40},
                          Tile{4, 0, 20}, Tile{5, 0, 60}, Tile{6, 0, 7}));
}

TEST(Tiles, LeaveOutSourcesThatAreChosen) {
  EXPECT_THAT(tiles_of({40, 40, 40, 9, 9, 9, 9}, 40, {1, 4}),
              ElementsAre(Tile{0, 0, 36}, Tile{0, 36, 4}, Tile{2, 0, 36}, Tile{2, 36, 4},
                          Tile{3, 0, 9}, Tile{5, 0, 18}));
}

TEST(Tiles, HoldEveryRowOnce) {
  RandomStream random(1);
  const auto below = [&](std::uint64_t n) { return static_cast<int>(random.below(n)); };
  for (int trial = 0; trial < 300; ++trial) {
    const int full = 1 + below(90);
    std::vector<int> ranks(1 + random.below(60));
    std::set<std::pair<std::size_t, int>> expected;
    Work work;
    for (std::size_t s = 0; s < ranks.size(); ++s) {
      ranks[s] = below(2) == 0 ? full : 1 + below(static_cast<std::uint64_t>(full));
      if (below(5) == 0) {
        work.choices.push_back({.source = s});
        continue;
      }
      for (int row = 0; row < ranks[s]; ++row) expected.emplace(s, row);
    }
    lay_out_tiles(sources_of(ranks), full, 1 + below(8), work);
    std::set<std::pair<std::size_t, int>> found;
    for (const Tile& tile : work.tiles) {
      std::size_t source = tile.source;
      int row = tile.direction;
      const bool compressed = ranks[source] < full;
      for (int i = 0; i < tile.rows; ++i) {
        EXPECT_TRUE(found.emplace(source, row).second);
        EXPECT_EQ(ranks[source] < full, compressed);
        if (++row < ranks[source]) continue;
        row = 0;
        ++source;
      }
      if (compressed) {
        EXPECT_TRUE(tile.direction == 0 && row == 0) << "a compressed source was cut";
        EXPECT_TRUE(tile.rows <= kTile || source == tile.source + 1);
      } else {
        EXPECT_LE(tile.rows, kTile);
      }
    }
    EXPECT_EQ(found, expected);
  }
}

}  // namespace
}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
#include "gradient/tiles.h"

#include <algorithm>
#include <cstdint>

namespace stategrad::gradient {
namespace {

constexpr std::int64_t kSmallestTile = 12;

/// Rows of a tile: a few tiles for every worker where there are enough rows.
int tile_rows(std::span<const Source> sources, int workers) {
  std::int64_t rows = 0;
  for (const Source& source : sources) rows += source.rank;
  const std::int64_t share = rows / (std::int64_t{4} * workers);
  return static_cast<int>(
      std::clamp<std::int64_t>(share / kSmallestTile * kSmallestTile, kSmallestTile, kTile));
}

}  // namespace

void lay_out_tiles(std::span<const Source> sources, int full, int workers, Work& work) {
  const int most = tile_rows(sources, workers);
  work.tiles.clear();
  bool open = false;  // whether the last tile may grow
  auto choice = work.choices.begin();
  for (std::size_t s = 0; s < sources.size(); ++s) {
    if (choice != work.choices.end() && choice->source == s) {
      ++choice;
      open = false;
      continue;
    }
    const int rank = sources[s].rank;
    const bool whole = rank < full;
    if (open && whole != (sources[s - 1].rank < full)) open = false;
    if (whole) {
      if (open && work.tiles.back().rows + rank <= most) {
        work.tiles.back().rows += rank;
      } else {
        work.tiles.push_back({.source = s, .direction = 0, .rows = rank});
      }
      open = true;
      continue;
    }
    for (int row = 0; row < rank;) {
      if (!open || work.tiles.back().rows == most) {
        work.tiles.push_back({.source = s, .direction = row, .rows = 0});
        open = true;
      }
      const int more = std::min(most - work.tiles.back().rows, rank - row);
      work.tiles.back().rows += more;
      row += more;
    }
  }
}

}  // namespace stategrad::gradient

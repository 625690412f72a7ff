// SPDX-License-Identifier: MIT
//
// How the rows of a word are cut into pieces of work.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "gradient/compression_plan.h"
#include "gradient/source.h"

namespace stategrad::gradient {

/// Rows of a tile at most: so many that the combined weights are fetched rarely, so few that the
/// tile stays in the second-level cache, and a multiple of the micro-kernels' six.
constexpr int kTile = 48;

/// Neighbouring rows: `rows` of them from row `direction` of sources[source], going on with the
/// first row of the next source where one ends.
struct Tile {
  std::size_t source = 0;
  int direction = 0;
  int rows = 0;
};

/// The work of a word, in the order in which it should be begun.
struct Work {
  /// Sources that are compressed first, each whole.
  std::vector<CompressionPlan::Choice> choices;
  /// Of all other sources. Compressed sources are whole: their tiles hold as many of them as fit in
  /// kTile rows, and one that does not fit is a tile of its own.
  std::vector<Tile> tiles;
};

/// Fills in work.tiles.
/// @param sources by rising delay
/// @param full rows of a source that is not compressed
void lay_out_tiles(std::span<const Source> sources, int full, int workers, Work& work);

}  // namespace stategrad::gradient

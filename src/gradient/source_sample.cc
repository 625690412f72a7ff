// SPDX-License-Identifier: MIT
#include "gradient/source_sample.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

/// Random streams of this file; the tree takes one per level from the second on.
constexpr std::uint64_t kStrataStream = 0x5041'0000;
constexpr std::uint64_t kTreeStream = kStrataStream + 1;

/// First position of a stratum, ⌊words stratum / count⌋ without the overflow of the product.
std::int64_t start_of(std::int64_t stratum, std::int64_t words, std::int64_t count) {
  return words / count * stratum + words % count * stratum / count;
}

/// How many levels of the tree, from the leaves on, this source represents; at most `levels`.
std::size_t height_of(std::uint64_t index, std::size_t levels, std::uint64_t seed) {
  for (std::size_t level = 0; level < levels; ++level) {
    const std::uint64_t drawn = RandomStream(seed, kTreeStream + level).at(index >> (level + 1));
    if (((index >> level) & 1) != (drawn & 1)) return level;
  }
  return levels;
}

}  // namespace

std::vector<std::int64_t> stratified_sources(std::int64_t words, std::int64_t count,
                                             std::uint64_t seed) {
  if (count < 1 || count > words) {
    throw UsageError(fmt::format(
        "{} positions of {} words: give at least 1 and at most as many as there are words", count,
        words));
  }
  std::vector<std::int64_t> sources;
  sources.reserve(static_cast<std::size_t>(count));
  RandomStream random(seed, kStrataStream);
  for (std::int64_t stratum = 0; stratum < count; ++stratum) {
    const std::int64_t start = start_of(stratum, words, count);
    const auto length = static_cast<std::uint64_t>(start_of(stratum + 1, words, count) - start);
    sources.push_back(start + static_cast<std::int64_t>(random.below(length)));
  }
  return sources;
}

std::vector<std::vector<std::int64_t>> split_into_rounds(std::span<const std::int64_t> sources,
                                                         std::int64_t first, std::uint64_t seed) {
  std::size_t levels = 0;
  while ((sources.size() >> (levels + 1)) >=
         static_cast<std::uint64_t>(std::max<std::int64_t>(first, 1))) {
    ++levels;
  }
  std::vector<std::vector<std::int64_t>> rounds(levels + 1);
  for (std::size_t i = 0; i < sources.size(); ++i) {
    rounds[levels - height_of(i, levels, seed)].push_back(sources[i]);
  }
  std::erase_if(rounds, [](const auto& round) { return round.empty(); });
  return rounds;
}

}  // namespace stategrad::gradient

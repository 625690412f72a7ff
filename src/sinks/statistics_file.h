// SPDX-License-Identifier: MIT
//
// statistics.h5: the seam between gradients and their analysis. An HDF5 file; beside what
// run_description_h5.h tells (magic "stategrad statistics", version 2) it holds, for every state
// that /run/states and /run/layers name, sums over the state gradients of each of K contiguous
// blocks of the text:
//
//   /<state>/layer_<l>/count         [D, K] int64: number of state gradients at each delay
//   /<state>/layer_<l>/squared_norm  [D, K] float64: sum of their squared Frobenius norms
//   /<state>/layer_<l>/sum           [D, K, H, R] float64: sum of their matrices
//
// A state gradient belongs to the block of its source, the word at t - d. The sums over all of the
// text are those over the blocks, and files of two parts of a text can be added up. In version 1
// there were no blocks: [D] and [D, H, R] are read as one. The layout may grow (sums by class, by
// word): readers pass over groups, arrays and attributes that they do not know, and the version
// rises only when the meaning of those above changes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "base/text_blocks.h"
#include "sinks/run_description.h"

namespace stategrad::sinks {

inline constexpr const char* kStatisticsFileName = "statistics.h5";
/// Sums of more bytes are written to the disk as they are, rather than by way of the memory.
inline constexpr std::uint64_t kMostInMemory = 256'000'000;

/// Into how many blocks a text is cut unless the user says otherwise.
inline constexpr int kDefaultBlocks = 10;

using stategrad::block_of;

/// Sums over all state gradients G [H, R] of one state at each delay d and in each block of the
/// text. Sums of two passes over different sources add up to those of one pass over both.
struct StateStatistics {
  StateOfLayer state;
  std::vector<std::int64_t> count;   ///< [D, K] number of G
  std::vector<double> squared_norm;  ///< [D, K] Σ |G|², Frobenius
  Buffer<double> sum;                ///< [D, K, H, R] Σ G
};

struct Statistics {
  RunDescription run;
  int blocks = 1;  ///< K
  std::vector<StateStatistics> states;
};

/// Sums at one delay, over all blocks.
struct DelaySums {
  std::int64_t count = 0;
  double squared_norm = 0;
  std::vector<double> sum;  ///< [H, R]
};
[[nodiscard]] DelaySums sums_over_blocks(const StateStatistics& state, int blocks, int delay);

/// Atomic: the file appears whole or not at all. The same statistics give the same bytes.
/// @throws DataError or ResourceError naming the file if it cannot be written
void write_statistics(const std::filesystem::path& file, const Statistics& statistics);

/// @throws DataError naming file and place: missing, truncated, no statistics file, of a newer
///   version, not complete, not of one number of blocks, shapes that do not fit the description,
///   counts or squared norms below zero, sums that are not finite; ResourceError if the memory does
///   not suffice
[[nodiscard]] Statistics read_statistics(const std::filesystem::path& file);

}  // namespace stategrad::sinks

// SPDX-License-Identifier: MIT
//
// Which source positions a pass over a part of them looks at.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace stategrad::gradient {

/// A stratified sample: the positions 0..words-1 are cut into `count` strata of equal length (to
/// one word), and one position is drawn at random from each.
/// @returns the positions, rising; a function of the arguments alone
/// @throws UsageError unless 1 <= count <= words
[[nodiscard]] std::vector<std::int64_t> stratified_sources(std::int64_t words, std::int64_t count,
                                                           std::uint64_t seed);

/// Splits sources, given in rising order, into rounds. After any number of rounds those seen so far
/// are a random one out of every 2^j neighbours, so they are spread over all of the text; each
/// round after the first about doubles their number, and the last one completes them. Every source
/// has the same chance to be among them.
///
/// Every node of the binary tree above the sources draws a bit that says which of its two halves
/// provides its representative. A source belongs to the earliest round in which it represents its
/// group.
/// @param first about how many sources the first round has, at least 1
/// @returns rounds, each rising and not empty
[[nodiscard]] std::vector<std::vector<std::int64_t>> split_into_rounds(
    std::span<const std::int64_t> sources, std::int64_t first, std::uint64_t seed);

}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
//
// Contiguous blocks of a text, from which errors are estimated.
#pragma once

#include <cstdint>

namespace stategrad {

/// The block, of K of equal length (to one word), that a position lies in: ⌊position K / words⌋.
/// Texts are far too short for the product to overflow.
[[nodiscard]] constexpr int block_of(std::int64_t position, std::int64_t words, int blocks) {
  return static_cast<int>(position * blocks / words);
}

}  // namespace stategrad

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace stategrad::gradient {

/// A source that is carried over a word.
struct Source {
  int delay = 0;
  std::size_t slot = 0;  ///< of the ring
  int rank = 0;          ///< rows in use: R, or fewer when compressed
};

}  // namespace stategrad::gradient

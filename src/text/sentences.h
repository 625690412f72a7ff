// SPDX-License-Identifier: MIT
//
// Where the sentences of a text are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stategrad/types.h"

namespace stategrad::text {

/// Words first..first + words - 1 of a text.
struct Stretch {
  std::int64_t first = 0;
  std::int64_t words = 0;
  bool operator==(const Stretch&) const = default;
};

/// The sentences of a text, in order: from behind one `<eos>` up to and with the next. Longer ones
/// are cut into pieces of `longest` words, the last of which may be shorter. What is nothing but an
/// `<eos>` is left out.
/// @param eos none: the text has no ends of sentences, and all of it is cut into pieces
/// @param longest at least 1
[[nodiscard]] std::vector<Stretch> split_into_sentences(std::span<const WordId> text,
                                                        std::optional<WordId> eos,
                                                        std::int64_t longest);

}  // namespace stategrad::text

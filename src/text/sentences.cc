// SPDX-License-Identifier: MIT
#include "text/sentences.h"

#include <algorithm>

namespace stategrad::text {

std::vector<Stretch> split_into_sentences(std::span<const WordId> text, std::optional<WordId> eos,
                                          std::int64_t longest) {
  std::vector<Stretch> sentences;
  const auto end = static_cast<std::int64_t>(text.size());
  std::int64_t first = 0;
  for (std::int64_t i = 0; i < end; ++i) {
    const bool ends = eos && text[static_cast<std::size_t>(i)] == *eos;
    if (!ends && i + 1 < end) continue;
    const std::int64_t words = i + 1 - first;
    for (std::int64_t cut = 0; cut < words; cut += longest) {
      if (ends && cut == words - 1) break;
      sentences.push_back({.first = first + cut, .words = std::min(longest, words - cut)});
    }
    first = i + 1;
  }
  return sentences;
}

}  // namespace stategrad::text

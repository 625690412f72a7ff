// SPDX-License-Identifier: MIT
#include "stategrad/vocabulary.h"

#include <fmt/format.h>

#include <utility>

#include "stategrad/errors.h"

namespace stategrad {

Vocabulary::Vocabulary(std::vector<std::string> words) : words_(std::move(words)) {
  ids_.reserve(words_.size());
  for (std::size_t i = 0; i < words_.size(); ++i) {
    const auto id = static_cast<WordId>(i);
    if (words_[i].empty()) throw UsageError(fmt::format("the word with id {} is empty", id));
    const auto [place, is_new] = ids_.emplace(words_[i], id);
    if (!is_new) {
      throw UsageError(fmt::format("the word '{}' stands twice, with ids {} and {}", words_[i],
                                   place->second, id));
    }
  }
  unknown_ = find(kUnknown);
  if (!unknown_) unknown_ = find("<UNK>");
}

const std::string& Vocabulary::word(WordId id) const {
  if (id < 0 || id >= size()) {
    throw UsageError(fmt::format("no word has id {}: they go from 0 to {}", id, size() - 1));
  }
  return words_[static_cast<std::size_t>(id)];
}

std::optional<WordId> Vocabulary::find(std::string_view word) const {
  const auto found = ids_.find(word);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

WordId Vocabulary::id(std::string_view word) const {
  if (const auto found = find(word)) return *found;
  if (unknown_) return *unknown_;
  throw UsageError(fmt::format("the word '{}' is not in the vocabulary, which has no {} either",
                               word, kUnknown));
}

}  // namespace stategrad

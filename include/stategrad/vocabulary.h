// SPDX-License-Identifier: MIT
//
// Words and their ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stategrad/types.h"

namespace stategrad {

/// A list of distinct words; the id of a word is its place in the list, from 0. Immutable, so many
/// threads may read one; a look-up takes constant time.
class Vocabulary {
 public:
  /// Stands for every word that is not in the list.
  static constexpr std::string_view kUnknown = "<unk>";
  /// Stands for the end of a line, unless the configuration says no_eos.
  static constexpr std::string_view kEndOfSentence = "<eos>";
  /// Is in every vocabulary, as in the original program's, and in no text.
  static constexpr std::string_view kBeginOfSentence = "<bos>";

  /// No words: V is 0.
  Vocabulary() = default;
  /// @throws UsageError naming the word and both ids if a word stands twice, or if a word is empty
  explicit Vocabulary(std::vector<std::string> words);

  /// V
  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(words_.size()); }
  /// @throws UsageError if id is not in 0..V-1
  [[nodiscard]] const std::string& word(WordId id) const;
  /// All words, in the order of their ids.
  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }
  /// The id of a word, none if it is not in the list.
  [[nodiscard]] std::optional<WordId> find(std::string_view word) const;
  /// The id of a word, or of `<unk>` if it is not in the list.
  /// @throws UsageError naming the word if there is no `<unk>` either
  [[nodiscard]] WordId id(std::string_view word) const;

  /// The same words with the same ids.
  bool operator==(const Vocabulary& other) const { return words_ == other.words_; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::vector<std::string> words_;
  std::unordered_map<std::string, WordId, Hash, std::equal_to<>> ids_;
  std::optional<WordId> unknown_;
};

}  // namespace stategrad

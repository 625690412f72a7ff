// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "stategrad/vocabulary.h"
#include "text/corpus.h"

namespace stategrad::text {

/// A text whose words are told apart by classes.
struct ClassedText {
  std::span<const WordId> ids;             ///< [N] what read_word_ids() made of the file; borrowed
  const Vocabulary* vocabulary = nullptr;  ///< borrowed
  TextRules rules = {};                    ///< that it was read by
  std::filesystem::path file = {};         ///< for messages

  [[nodiscard]] const std::string& word(std::size_t position) const {
    return vocabulary->words()[static_cast<std::size_t>(ids[position])];
  }
};

/// `<unk>`, `<UNK>`, `<eos>` and `<bos>` stand for something else than themselves: they have no
/// frequency, no letters and no place in the sentence.
[[nodiscard]] inline bool is_special(std::string_view word) {
  return word == Vocabulary::kUnknown || word == "<UNK>" || word == Vocabulary::kEndOfSentence ||
         word == Vocabulary::kBeginOfSentence;
}

}  // namespace stategrad::text

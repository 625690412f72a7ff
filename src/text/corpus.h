// SPDX-License-Identifier: MIT
//
// Text files as streams of words.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stategrad/config.h"
#include "stategrad/vocabulary.h"

namespace stategrad::text {

/// How a file becomes words (docs/reference.md, "Text").
struct TextRules {
  std::string encoding = "utf-8";
  bool newline_is_eos = true;      ///< else a newline is a plain blank (no_eos)
  bool wikitext = false;           ///< ` . ` becomes ` <eos> ` too; overrides no_eos
  bool unk_is_upper_case = false;  ///< `<unk>` becomes `<UNK>` (CGN), else the other way round
};

/// The rules for a file of, or beside, a configuration's data: WikiText if either path says so.
[[nodiscard]] TextRules text_rules(const Config& config, const std::filesystem::path& path);

/// Streams the words of a file in order, in bounded memory. A word is valid during its call only.
/// @throws DataError naming the line: missing, unreadable, empty of words, binary (NUL bytes), or
///   bytes that the encoding does not allow
void for_each_word(const std::filesystem::path& file, const TextRules& rules,
                   const std::function<void(std::string_view)>& use);

/// Gives the parts of a text between its white space, by the same rule as words.
void split_at_blanks(std::string_view text, const std::function<void(std::string_view)>& use);

using WordCounts = std::unordered_map<std::string, std::int64_t>;
[[nodiscard]] WordCounts count_words(const std::filesystem::path& file, const TextRules& rules);

/// The words by (-count, word by code point).
[[nodiscard]] std::vector<std::string> words_by_count(const WordCounts& counts);

/// Appends `<unk>` if absent (and no `<UNK>` is there either), then `<bos>` if absent.
void add_special_words(std::vector<std::string>& words);

/// words_by_count(), ids from 0, then the special words.
[[nodiscard]] Vocabulary build_vocabulary(const WordCounts& counts);

/// The ids of the words of a file; words outside the vocabulary are `<unk>`.
/// @param unknown if not null: receives how many words were unknown
[[nodiscard]] std::vector<WordId> read_word_ids(const std::filesystem::path& file,
                                                const TextRules& rules,
                                                const Vocabulary& vocabulary,
                                                std::int64_t* unknown = nullptr);

}  // namespace stategrad::text

// SPDX-License-Identifier: MIT
//
// What a user asks for when words shall be told apart by classes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "text/word_classes.h"

namespace stategrad::text {

/// A word has all tags that a lexicon gives it: it belongs to the classes of each (tag_lexicon.h).
struct LexiconTags {
  std::filesystem::path file;
  std::vector<WordClass> classes = {};  ///< of tags; empty: every tag is a class
};

enum class TagColumn { kUniversal, kLanguage };  ///< UPOS or XPOS of a CoNLL-U file

/// Every position of the text has the tag that a CoNLL-U file gives it (token_tags.h).
struct TokenTags {
  std::filesystem::path file;
  TagColumn column = TagColumn::kUniversal;
  std::vector<WordClass> classes = {};  ///< of tags; empty: every tag is a class
};

/// Words by how often they occur; special words have no class.
struct FrequencyBins {
  /// So many bins that hold about the same number of tokens; 0: edges.
  int bins = 0;
  /// Rising: the lowest count of every bin but the first, which begins at 0.
  std::vector<std::int64_t> edges = {};
  /// The text that is counted; empty: the one whose words are told apart.
  std::filesystem::path text = {};
  std::vector<std::string> names = {};  ///< of the bins, the rarest first; empty: "count 0-9" …
};

struct NamedWords {
  std::string name;
  std::filesystem::path file = {};      ///< a word a line; empty: words
  std::vector<std::string> words = {};  ///< those that are not in the vocabulary do not matter
};
struct WordLists {
  std::vector<NamedWords> lists;
};

/// Words by their place in the sentence, from 1; `<eos>` has none.
struct SentencePositions {
  std::vector<std::int64_t> edges;  ///< rising: the first position of every class but the first
};

struct NamedPattern {
  std::string name;
  std::string pattern;  ///< word_pattern.h
};
struct WordPatterns {
  std::vector<NamedPattern> patterns;
};

/// The combinations of the classes of two or more groups, "NN x rare", that occur.
struct CrossedClasses {
  std::vector<std::string> groups;  ///< of definitions before this one
  std::int64_t min_count = 1;       ///< combinations with fewer positions are one class, "other"
};

/// Classes of one kind.
struct ClassDefinition {
  std::variant<LexiconTags, TokenTags, FrequencyBins, WordLists, SentencePositions, WordPatterns,
               CrossedClasses>
      what;
  std::string group;          ///< what its classes are one of; empty: default_group()
  bool only_crossed = false;  ///< its classes serve for combinations and are left out of the result
};
using ClassDefinitions = std::vector<ClassDefinition>;

/// tag, token-tag, frequency, words, position, regex; of crossed classes "tag x frequency".
[[nodiscard]] std::string default_group(const ClassDefinition& definition);
/// The group of a definition as it will be.
[[nodiscard]] std::string group_of(const ClassDefinition& definition);

/// What can be told without reading a file.
/// @throws UsageError naming the group and what is wrong with it: no classes, names that are empty
///   or stand twice, bins or edges out of range, a bad regular expression, an unknown group
void check(const ClassDefinitions& definitions);

/// "0-9", "10-99", "100+" behind a word: the classes that edges make of the numbers from `lowest`.
[[nodiscard]] std::vector<std::string> range_names(std::string_view what, std::int64_t lowest,
                                                   const std::vector<std::int64_t>& edges);
/// In which of these ranges a number is.
[[nodiscard]] int range_of(const std::vector<std::int64_t>& edges, std::int64_t value);

}  // namespace stategrad::text

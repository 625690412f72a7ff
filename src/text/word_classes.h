// SPDX-License-Identifier: MIT
//
// Files that say which tags or words form a class, in the original's formats.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace stategrad::text {

/// A name for some tags, or for some words.
struct WordClass {
  std::string name;
  std::vector<std::string> members;
  bool operator==(const WordClass&) const = default;
};

struct WordClasses {
  bool of_words = false;  ///< members are words, else tags
  std::vector<WordClass> classes;
};

/// Reads the tags of one class, a tag a line; empty lines are skipped.
/// @throws DataError naming the line if there is more on it than a tag; or if there is none
[[nodiscard]] std::vector<std::string> read_tags(const std::filesystem::path& file);

/// Reads classes. Three forms:
/// - a tag a line: each is a class of its own;
/// - lines `name<TAB>TAG TAG …`;
/// - a first line `token`, then lines `name<TAB>word word …`.
/// @throws DataError naming the line: a class without members, one that stands twice, forms that
///   are mixed; or no class at all
[[nodiscard]] WordClasses read_word_classes(const std::filesystem::path& file);

}  // namespace stategrad::text

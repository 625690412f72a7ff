// SPDX-License-Identifier: MIT
//
// The possible tags of words, in the original's format.
#pragma once

#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

namespace stategrad::text {

/// The tags that a word can have, in the order of the file and each once; a word without tags is
/// not there.
using TagLexicon = std::unordered_map<std::string, std::vector<std::string>>;

/// Reads lines `word<TAB>['NN', 'VB']`: a list of texts as Python writes it. A tag `A|B` counts as
/// A and as B; `not in list` instead of a list, and an empty list, mean no tags. Empty lines are
/// skipped.
/// @throws DataError naming the line: no tab, no list, a word that stands twice; or no word at all
[[nodiscard]] TagLexicon read_tag_lexicon(const std::filesystem::path& file);

}  // namespace stategrad::text

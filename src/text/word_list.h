// SPDX-License-Identifier: MIT
//
// Files of `word<TAB>id` lines, as the original program reads and writes them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "stategrad/vocabulary.h"

namespace stategrad::text {

/// The words in the order of their ids; lines may stand in any order, ids are 0..V-1.
/// @throws DataError naming the line: no tab, an id that is no number, an id or a word that stands
///   twice; or the first id that is left out
[[nodiscard]] std::vector<std::string> read_word_list(const std::filesystem::path& file);

/// Writes such a file in the order of the ids. Atomic; the folder is made.
void write_word_list(const Vocabulary& vocabulary, const std::filesystem::path& file);

}  // namespace stategrad::text

// SPDX-License-Identifier: MIT
//
// Embeddings as text, as word2vec writes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

namespace stategrad::text {

/// Embeddings of some words.
struct TextEmbeddings {
  std::vector<std::string> words;  ///< V, in the order of the file
  std::vector<double> values;      ///< [V, E]
  std::int64_t size = 0;           ///< E
  std::int64_t passed_over = 0;    ///< words of the file that were not wanted
};

/// The first token of every line that has one: of a list of words, or of `word<TAB>id` lines.
/// @throws DataError if there is none
[[nodiscard]] std::unordered_set<std::string> read_first_tokens(const std::filesystem::path& file);

/// Reads lines `word number … number`, blanks between, and keeps the wanted words. Lines of two
/// tokens or fewer (word2vec's first line: how many words and dimensions) are passed over.
/// `</s>`, which is word2vec's `<eos>`, is wanted when `<eos>` is.
/// @param on_line called with the number of every line
/// @throws DataError naming the line: what is no number or not finite, more or fewer numbers than
///   on the lines before, a word that stands twice; or if no word is wanted
[[nodiscard]] TextEmbeddings read_text_embeddings(
    const std::filesystem::path& file, const std::unordered_set<std::string>& wanted,
    const std::function<void(std::int64_t)>& on_line = {});

}  // namespace stategrad::text

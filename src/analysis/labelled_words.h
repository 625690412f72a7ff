// SPDX-License-Identifier: MIT
//
// Words with their tags or classes, for a probe of their embeddings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/matrix.h"
#include "analysis/probe.h"
#include "text/tag_lexicon.h"
#include "text/word_classes.h"

namespace stategrad::analysis {

/// Pairs of a word and one of its classes.
struct LabelledWords {
  std::vector<std::string> class_names;    ///< in the order of the class file, or sorted tags
  std::vector<std::pair<int, int>> pairs;  ///< place in the word list, class
  std::vector<std::pair<std::string, int>> frequencies;  ///< tag (or class of words), its pairs
};

struct LabelOptions {
  std::optional<text::WordClasses> classes;  ///< none: every tag is a class
  int frequency_cutoff = 0;  ///< tags, or classes of words, with fewer pairs are left out
  bool single_tags = false;  ///< a word that has several tags is an error
};

/// The pairs of all words, by place in the list and order of the tags. Of classes of tags, a word
/// has a pair for each of its tags that belongs to a class; classes of words need no tags.
/// @throws UsageError naming the word if single_tags is violated
[[nodiscard]] LabelledWords label_words(const std::vector<std::string>& words,
                                        const text::TagLexicon& tags, const LabelOptions& options);

/// Pairs in random order, cut into 80 % for training, 10 % for validation and the rest for a test
/// (sizes of the first two rounded down). Pairs of the same word may fall into different parts.
struct LabelledSplit {
  std::vector<std::pair<int, int>> train;
  std::vector<std::pair<int, int>> valid;
  std::vector<std::pair<int, int>> test;
};

[[nodiscard]] LabelledSplit split_pairs(std::vector<std::pair<int, int>> pairs, std::uint64_t seed);

/// @param embeddings [V, E], rows by place in the word list
[[nodiscard]] LabelledVectors vectors_of(const std::vector<std::pair<int, int>>& pairs,
                                         const Matrix& embeddings);

}  // namespace stategrad::analysis

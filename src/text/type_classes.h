// SPDX-License-Identifier: MIT
//
// Classes that a word has wherever it stands.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "stategrad/vocabulary.h"
#include "text/class_definitions.h"
#include "text/class_sets.h"
#include "text/corpus.h"

namespace stategrad::text {

struct TypeClasses {
  ClassSets sets;
  std::vector<int> code;  ///< [V] of the set of classes of each word
};

/// A word is in the classes of all the tags that it can have, as in the original program. Without
/// classes every tag of a word that occurs is one.
/// @param counts [V] in the text
/// @throws DataError as read_tag_lexicon(), or naming a class whose tags are not in the lexicon
[[nodiscard]] TypeClasses lexicon_classes(const LexiconTags& tags, const Vocabulary& vocabulary,
                                          std::span<const std::int64_t> counts);

/// How often the words occur in a file. @throws DataError as for_each_word()
[[nodiscard]] std::vector<std::int64_t> count_types(const std::filesystem::path& file,
                                                    const TextRules& rules,
                                                    const Vocabulary& vocabulary);

/// @throws UsageError if there are fewer bins than names for them
[[nodiscard]] TypeClasses frequency_classes(const FrequencyBins& frequency,
                                            const Vocabulary& vocabulary,
                                            std::span<const std::int64_t> counts);

/// Edges of bins that hold about the same number of tokens each: with M tokens of words that are
/// rarer than count c and m tokens of words with this count, the words with count c fall into bin
/// ⌊bins (M + m/2) / total⌋. Words of one count stay together, so there may be fewer bins.
[[nodiscard]] std::vector<std::int64_t> equal_mass_edges(std::vector<std::int64_t> counts,
                                                         int bins);

/// @throws DataError naming the line with more than a word, or a file without words or without any
///   of the vocabulary; UsageError for such lists that are no files
[[nodiscard]] TypeClasses list_classes(const WordLists& words, const Vocabulary& vocabulary);

/// Special words match nothing.
[[nodiscard]] TypeClasses pattern_classes(const WordPatterns& words, const Vocabulary& vocabulary);

}  // namespace stategrad::text

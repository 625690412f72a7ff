// SPDX-License-Identifier: MIT
//
// Words in a plane, by their embeddings.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/matrix.h"
#include "analysis/projections.h"
#include "stategrad/vocabulary.h"

namespace stategrad::report {

/// So many words are looked at, the most frequent ones.
constexpr int kMostPoints = 2000;

struct WordPoint {
  std::string word;
  std::string class_name;
  double x = 0;
  double y = 0;  ///< not a number if there is one axis only
};

struct WordPlane {
  std::vector<double> explained;  ///< share of the variance on each axis, of all that is there
  std::vector<WordPoint> words;   ///< the most frequent first
};

/// By principal components and by discriminants; what cannot be computed is missing.
struct WordCoordinates {
  std::string group;  ///< whose classes the words have
  std::optional<WordPlane> pca;
  std::optional<WordPlane> lda;
};

struct LabelledVocabulary {
  const Vocabulary* vocabulary = nullptr;  ///< V words; borrowed
  std::vector<std::string> class_names = {};
  std::vector<int> labels = {};           ///< [V]; -1: left out
  std::vector<std::int64_t> counts = {};  ///< [V] how often each word occurs
};

/// The kMostPoints most frequent words that have a label; of equally frequent ones those with the
/// smaller id.
/// @param embedding [V, E]
[[nodiscard]] WordCoordinates coordinates_of_words(const LabelledVocabulary& words,
                                                   const analysis::Matrix& embedding);

}  // namespace stategrad::report

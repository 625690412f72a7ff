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
/// Of these so many have more of their principal components than two, and so many of them.
constexpr int kMostNeighbours = 1000;
constexpr int kMostComponents = 20;

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

/// More principal components of words, from which other pictures can be made, such as those that
/// keep neighbours together.
struct WordComponents {
  std::vector<double> explained;             ///< [A] share of the variance on each axis
  std::vector<std::vector<double>> of_word;  ///< [A] of each of the first words of the pca
};

/// By principal components and by discriminants; what cannot be computed is missing.
struct WordCoordinates {
  std::string group;  ///< whose classes the words have
  std::optional<WordPlane> pca;
  std::optional<WordPlane> lda;
  std::optional<WordComponents> components;  ///< unless the embeddings have two dimensions or fewer
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

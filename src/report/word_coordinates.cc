// SPDX-License-Identifier: MIT
#include "report/word_coordinates.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "analysis/labelled_words.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

/// Pairs of a word and its label, the most frequent word first.
std::vector<std::pair<int, int>> most_frequent(const LabelledVocabulary& words) {
  std::vector<std::pair<int, int>> pairs;
  for (std::size_t w = 0; w < words.labels.size(); ++w) {
    if (words.labels[w] >= 0) pairs.emplace_back(static_cast<int>(w), words.labels[w]);
  }
  std::stable_sort(pairs.begin(), pairs.end(), [&](const auto& a, const auto& b) {
    return words.counts[static_cast<std::size_t>(a.first)] >
           words.counts[static_cast<std::size_t>(b.first)];
  });
  if (pairs.size() > kMostPoints) pairs.resize(kMostPoints);
  return pairs;
}

WordPlane plane_of(const analysis::Projection& projection, const LabelledVocabulary& words,
                   const std::vector<std::pair<int, int>>& pairs) {
  const auto axes = static_cast<std::size_t>(projection.coordinates.columns);
  WordPlane plane{
      {projection.share.begin(),
       projection.share.begin() + std::min<std::ptrdiff_t>(2, std::ssize(projection.share))},
      {}};
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double* at = projection.coordinates.values.data() + i * axes;
    plane.words.push_back({words.vocabulary->word(pairs[i].first),
                           words.class_names[static_cast<std::size_t>(pairs[i].second)], at[0],
                           axes > 1 ? at[1] : std::nan("")});
  }
  return plane;
}

WordComponents components_of(const analysis::Projection& projection) {
  WordComponents found{projection.share, {}};
  const auto axes = projection.coordinates.columns;
  const auto from = projection.coordinates.values.begin();
  for (int i = 0; i < std::min(projection.coordinates.rows, kMostNeighbours); ++i) {
    found.of_word.emplace_back(from + i * std::ptrdiff_t{axes},
                               from + (i + 1) * std::ptrdiff_t{axes});
  }
  return found;
}

/// Nothing if the vectors do not allow it.
template <class Project>
std::optional<analysis::Projection> try_to(Project project) {
  try {
    return project();
  } catch (const NumericalError&) {
    return std::nullopt;
  }
}

}  // namespace

WordCoordinates coordinates_of_words(const LabelledVocabulary& words,
                                     const analysis::Matrix& embedding) {
  const auto pairs = most_frequent(words);
  WordCoordinates found;
  if (pairs.empty()) return found;
  const analysis::LabelledVectors vectors = analysis::vectors_of(pairs, embedding);
  const auto components = try_to([&] {
    return analysis::principal_components(vectors, std::min(kMostComponents, vectors.size));
  });
  if (components) {
    found.pca = plane_of(*components, words, pairs);
    if (vectors.size > 2) found.components = components_of(*components);
  }
  const std::set<int> classes(vectors.y.begin(), vectors.y.end());
  const int axes = std::min({2, static_cast<int>(classes.size()) - 1, vectors.size});
  if (axes < 1) return found;
  const auto axes_between = try_to([&] { return analysis::discriminants(vectors, axes); });
  if (axes_between) found.lda = plane_of(*axes_between, words, pairs);
  return found;
}

}  // namespace stategrad::report

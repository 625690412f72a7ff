// SPDX-License-Identifier: MIT
#include "analysis/labelled_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using text::TagLexicon;
using text::WordClass;

/// A word, by its place, and what it is labelled by before classes are looked up.
using Label = std::pair<int, std::string>;

std::vector<Label> labels_by_tag(const std::vector<std::string>& words, const TagLexicon& tags,
                                 bool single_tags) {
  std::vector<Label> labels;
  for (std::size_t place = 0; place < words.size(); ++place) {
    const auto found = tags.find(words[place]);
    if (found == tags.end()) continue;
    if (single_tags && found->second.size() > 1) {
      throw UsageError(
          fmt::format("running text: '{}' has the tags {}, where a running word has one",
                      words[place], fmt::join(found->second, ", ")));
    }
    for (const std::string& tag : found->second) {
      labels.emplace_back(static_cast<int>(place), tag);
    }
  }
  return labels;
}

std::vector<Label> labels_by_list(const std::vector<std::string>& words,
                                  const std::vector<WordClass>& classes) {
  std::vector<Label> labels;
  for (std::size_t place = 0; place < words.size(); ++place) {
    for (const WordClass& one : classes) {
      if (std::find(one.members.begin(), one.members.end(), words[place]) != one.members.end()) {
        labels.emplace_back(static_cast<int>(place), one.name);
      }
    }
  }
  return labels;
}

/// The classes to which each tag belongs.
std::map<std::string, std::vector<int>> classes_of_tags(const std::vector<WordClass>& classes,
                                                        bool of_words) {
  std::map<std::string, std::vector<int>> result;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    const std::set<std::string> members(classes[k].members.begin(), classes[k].members.end());
    if (of_words) {
      result[classes[k].name].push_back(static_cast<int>(k));
    } else {
      for (const std::string& tag : members) result[tag].push_back(static_cast<int>(k));
    }
  }
  return result;
}

}  // namespace

LabelledWords label_words(const std::vector<std::string>& words, const TagLexicon& tags,
                          const LabelOptions& options) {
  const bool of_words = options.classes && options.classes->of_words;
  const std::vector<Label> labels = of_words ? labels_by_list(words, options.classes->classes)
                                             : labels_by_tag(words, tags, options.single_tags);
  std::map<std::string, int> frequencies;
  for (const auto& [place, label] : labels) ++frequencies[label];
  LabelledWords result;
  result.frequencies.assign(frequencies.begin(), frequencies.end());
  std::vector<WordClass> classes;
  if (options.classes) {
    classes = options.classes->classes;
  } else {
    for (const auto& [tag, count] : frequencies) {
      if (count >= options.frequency_cutoff) classes.push_back({tag, {tag}});
    }
  }
  for (const WordClass& one : classes) result.class_names.push_back(one.name);
  const auto lookup = classes_of_tags(classes, of_words);
  for (const auto& [place, label] : labels) {
    const auto found = lookup.find(label);
    if (found == lookup.end() || frequencies[label] < options.frequency_cutoff) continue;
    for (const int k : found->second) result.pairs.emplace_back(place, k);
  }
  return result;
}

LabelledSplit split_pairs(std::vector<std::pair<int, int>> pairs, std::uint64_t seed) {
  // A stream of its own among those of the seed.
  constexpr std::uint64_t kStream = 0x70726f6265;
  RandomStream random(seed, kStream);
  for (std::size_t i = pairs.size(); i > 1; --i) std::swap(pairs[i - 1], pairs[random.below(i)]);
  const auto valid = pairs.begin() + std::ptrdiff_t(pairs.size() * 8 / 10);
  const auto test = valid + std::ptrdiff_t(pairs.size() / 10);
  return {{pairs.begin(), valid}, {valid, test}, {test, pairs.end()}};
}

LabelledVectors vectors_of(const std::vector<std::pair<int, int>>& pairs,
                           const Matrix& embeddings) {
  LabelledVectors vectors{embeddings.columns, {}, {}};
  for (const auto& [place, label] : pairs) {
    const auto row = embeddings.values.begin() + std::ptrdiff_t{place} * embeddings.columns;
    vectors.x.insert(vectors.x.end(), row, row + embeddings.columns);
    vectors.y.push_back(label);
  }
  return vectors;
}

}  // namespace stategrad::analysis

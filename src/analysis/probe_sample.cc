// SPDX-License-Identifier: MIT
#include "analysis/probe_sample.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/random.h"
#include "base/text_blocks.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

/// Streams of their own among those of the seed.
constexpr std::uint64_t kWordStream = 0x776f726470726f62;
constexpr std::uint64_t kControlStream = 0x636f6e74726f6c;

void add(ProbeSample& sample, std::int64_t place, WordId word, int label, int block) {
  sample.places.push_back(place);
  sample.words.push_back(word);
  sample.labels.push_back(label);
  sample.blocks.push_back(block);
}

int label_at(const GroupLabels& labels, const SignedText& text, std::int64_t position) {
  const auto signature = text.signature[static_cast<std::size_t>(position)];
  return labels.of_signature[static_cast<std::size_t>(signature)];
}

/// @param number of each class within its group, or -1 if it is of another one
std::vector<int> single_labels(const std::vector<std::vector<int>>& signatures,
                               const std::vector<int>& number) {
  std::vector<int> result;
  for (const std::vector<int>& signature : signatures) {
    int label = -1;
    int found = 0;
    for (const int k : signature) {
      if (number[static_cast<std::size_t>(k)] < 0) continue;
      label = number[static_cast<std::size_t>(k)];
      ++found;
    }
    result.push_back(found == 1 ? label : -1);
  }
  return result;
}

}  // namespace

std::vector<GroupLabels> labels_of_groups(const text::TokenClasses& classes) {
  std::vector<GroupLabels> groups;
  for (const std::string& group : classes.groups) {
    if (std::any_of(groups.begin(), groups.end(),
                    [&](const GroupLabels& one) { return one.group == group; })) {
      continue;
    }
    GroupLabels labels{group, {}, {}};
    std::vector<int> number(classes.names.size(), -1);
    for (std::size_t k = 0; k < classes.names.size(); ++k) {
      if (classes.groups[k] != group) continue;
      number[k] = static_cast<int>(labels.class_names.size());
      labels.class_names.push_back(classes.names[k]);
    }
    labels.of_signature = single_labels(classes.signatures, number);
    if (labels.class_names.size() == 1) {
      labels.class_names.push_back("not " + labels.class_names.front());
      for (int& label : labels.of_signature) label = label < 0 ? 1 : 0;
    }
    groups.push_back(std::move(labels));
  }
  return groups;
}

std::vector<int> labels_of_words(const GroupLabels& labels, const SignedText& text) {
  std::map<std::pair<WordId, int>, std::int64_t> counts;
  for (std::size_t i = 0; i < text.ids.size(); ++i) {
    const int label = label_at(labels, text, static_cast<std::int64_t>(i));
    if (label >= 0) ++counts[{text.ids[i], label}];
  }
  const auto& words = text.vocabulary->words();
  std::vector<int> result(words.size(), -1);
  std::vector<std::int64_t> most(words.size());
  for (const auto& [key, count] : counts) {
    const auto word = static_cast<std::size_t>(key.first);
    if (count <= most[word] || text::is_special(words[word])) continue;
    most[word] = count;
    result[word] = key.second;
  }
  return result;
}

ProbeSample sample_of_states(const GroupLabels& labels, const SignedText& text,
                             std::span<const std::int64_t> positions, int delay, int blocks) {
  ProbeSample sample{labels.class_names, {}, {}, {}, {}};
  const std::int64_t words = std::ssize(text.ids);
  for (const std::int64_t t : positions) {
    const std::int64_t source = t - delay;
    if (source < 0) continue;
    const int block = block_of(t, words, blocks);
    const int label = label_at(labels, text, source);
    if (label < 0 || block_of(source, words, blocks) != block) continue;
    add(sample, t, text.ids[static_cast<std::size_t>(source)], label, block);
  }
  return sample;
}

ProbeSample sample_of_words(const GroupLabels& labels, std::span<const int> word_labels,
                            const WordSampleOptions& options) {
  std::vector<WordId> words;
  for (std::size_t w = 0; w < word_labels.size(); ++w) {
    if (word_labels[w] >= 0) words.push_back(static_cast<WordId>(w));
  }
  RandomStream random(options.seed, kWordStream);
  for (std::size_t i = words.size(); i > 1; --i) std::swap(words[i - 1], words[random.below(i)]);
  if (std::ssize(words) > options.most) words.resize(static_cast<std::size_t>(options.most));
  ProbeSample sample{labels.class_names, {}, {}, {}, {}};
  for (std::size_t i = 0; i < words.size(); ++i) {
    add(sample, words[i], words[i], word_labels[static_cast<std::size_t>(words[i])],
        block_of(static_cast<std::int64_t>(i), std::ssize(words), options.blocks));
  }
  return sample;
}

std::vector<std::string> leave_out_rare_classes(ProbeSample& sample, int fewest) {
  std::vector<int> counts(sample.class_names.size());
  for (const int label : sample.labels) ++counts[static_cast<std::size_t>(label)];
  std::vector<int> number(counts.size(), -1);
  std::vector<std::string> left_out;
  ProbeSample kept;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] >= fewest) {
      number[k] = static_cast<int>(kept.class_names.size());
      kept.class_names.push_back(sample.class_names[k]);
    } else if (counts[k] > 0) {
      left_out.push_back(sample.class_names[k]);
    }
  }
  for (std::size_t i = 0; i < sample.labels.size(); ++i) {
    const int label = number[static_cast<std::size_t>(sample.labels[i])];
    if (label >= 0) add(kept, sample.places[i], sample.words[i], label, sample.blocks[i]);
  }
  sample = std::move(kept);
  return left_out;
}

std::vector<int> control_labels(const ProbeSample& sample, std::uint64_t seed) {
  if (sample.labels.empty()) throw UsageError("a control task needs labels to draw from");
  const RandomStream random(seed, kControlStream);
  std::vector<int> labels;
  for (const WordId word : sample.words) {
    const double drawn =
        random.uniform_at(static_cast<std::uint64_t>(word)) * static_cast<double>(sample.count());
    labels.push_back(sample.labels[static_cast<std::size_t>(drawn)]);
  }
  return labels;
}

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
//
// Which words a probe tells apart, without their vectors.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "text/token_classes.h"

namespace stategrad::analysis {

/// The classes of one group as labels: a word has a label where it is in exactly one of them, so
/// that no vector has two.
struct GroupLabels {
  std::string group;
  std::vector<std::string> class_names;
  std::vector<int> of_signature;  ///< [S] the label; -1: none
};

/// One for each group, in the order of their first classes. A group of one class C has a second
/// one, "not C", of all other words.
[[nodiscard]] std::vector<GroupLabels> labels_of_groups(const text::TokenClasses& classes);

/// A text with the signatures of its positions.
struct SignedText {
  std::span<const WordId> ids;              ///< [N]
  std::span<const std::int32_t> signature;  ///< [N]
  const Vocabulary* vocabulary = nullptr;   ///< V words; borrowed
};

/// [V] the label of each word of the vocabulary: the one that it has at most places of the text,
/// the first of several; -1 for words without a label and for special words (is_special()).
[[nodiscard]] std::vector<int> labels_of_words(const GroupLabels& labels, const SignedText& text);

/// What is told apart: n vectors, to be found by their places.
struct ProbeSample {
  std::vector<std::string> class_names;
  std::vector<std::int64_t> places;  ///< [n] the position of a state, or the id of a word
  std::vector<WordId> words;         ///< [n] whose label it is
  std::vector<int> labels;           ///< [n]
  std::vector<int> blocks;           ///< [n] which part of the data, 0..K-1

  [[nodiscard]] int count() const { return static_cast<int>(labels.size()); }
};

/// The states at positions t with the labels of the words at t - delay, by block of the text. A
/// state whose word lies in an earlier block, or has no label, is left out.
/// @param positions rising, of the text
[[nodiscard]] ProbeSample sample_of_states(const GroupLabels& labels, const SignedText& text,
                                           std::span<const std::int64_t> positions, int delay,
                                           int blocks);

struct WordSampleOptions {
  std::int64_t most = 0;  ///< words; drawn at random if there are more
  int blocks = 10;        ///< to which the words are dealt at random, so that each has as many
  std::uint64_t seed = 1;
};

/// The words that have a label, each once.
/// @param word_labels labels_of_words()
[[nodiscard]] ProbeSample sample_of_words(const GroupLabels& labels,
                                          std::span<const int> word_labels,
                                          const WordSampleOptions& options);

/// Leaves out classes with fewer than so many vectors; the others are numbered anew.
/// @returns the names of those that had some and are left out
std::vector<std::string> leave_out_rare_classes(ProbeSample& sample, int fewest);

/// [n] the control task of Hewitt and Liang (2019): each word draws a label from those of the
/// sample, whatever its own, and has it wherever it occurs. What a probe finds of these it has
/// learnt by heart.
/// @throws UsageError without vectors
[[nodiscard]] std::vector<int> control_labels(const ProbeSample& sample, std::uint64_t seed);

}  // namespace stategrad::analysis

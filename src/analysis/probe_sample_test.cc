// SPDX-License-Identifier: MIT
#include "analysis/probe_sample.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::Each;
using testing::ElementsAre;

/// Tags N and V, a word that has both, and a group of one class.
const text::TokenClasses kClasses = {
    .names = {"N", "V", "long", "JJ"},
    .groups = {"tag", "tag", "regex", "tag"},
    .signatures = {{}, {0}, {1, 2}, {0, 1}, {2, 3}},
    .signature = {1, 2, 3, 0, 1, 4, 1, 1},
};
const Vocabulary kWords({"cat", "running", "run", "<eos>", "red", "dog", "<unk>"});
const std::vector<WordId> kText = {0, 1, 2, 3, 0, 4, 6, 1};

SignedText signed_text() { return {kText, kClasses.signature, &kWords}; }

TEST(LabelsOfGroups, AreThoseOfWordsInExactlyOneClass) {
  const auto groups = labels_of_groups(kClasses);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].group, "tag");
  EXPECT_THAT(groups[0].class_names, ElementsAre("N", "V", "JJ"));
  EXPECT_THAT(groups[0].of_signature, ElementsAre(-1, 0, 1, -1, 2));
}

TEST(LabelsOfGroups, TellASingleClassFromAllOtherWords) {
  const auto groups = labels_of_groups(kClasses);
  EXPECT_EQ(groups[1].group, "regex");
  EXPECT_THAT(groups[1].class_names, ElementsAre("long", "not long"));
  EXPECT_THAT(groups[1].of_signature, ElementsAre(1, 1, 0, 1, 0));
}

TEST(LabelsOfWords, AreTheMostFrequentOnesAndNoneForSpecialWords) {
  const GroupLabels tags = labels_of_groups(kClasses)[0];
  // "running" is V once and N once: the first class wins. "<unk>" stands for many words.
  EXPECT_THAT(labels_of_words(tags, signed_text()), ElementsAre(0, 0, -1, -1, 2, -1, -1));
  const GroupLabels longs = labels_of_groups(kClasses)[1];
  EXPECT_THAT(labels_of_words(longs, signed_text()), ElementsAre(1, 0, 1, -1, 0, -1, -1));
}

TEST(SampleOfStates, HasTheLabelOfTheWordThatStoodBefore) {
  const GroupLabels tags = labels_of_groups(kClasses)[0];
  const std::vector<std::int64_t> positions = {0, 1, 2, 5, 6, 7};
  const ProbeSample now = sample_of_states(tags, signed_text(), positions, 0, 2);
  EXPECT_THAT(now.places, ElementsAre(0, 1, 5, 6, 7));
  EXPECT_THAT(now.labels, ElementsAre(0, 1, 2, 0, 0));
  EXPECT_THAT(now.words, ElementsAre(0, 1, 4, 6, 1));
  EXPECT_THAT(now.blocks, ElementsAre(0, 0, 1, 1, 1));
  const ProbeSample later = sample_of_states(tags, signed_text(), positions, 1, 1);
  EXPECT_THAT(later.places, ElementsAre(1, 2, 5, 6, 7));
  EXPECT_THAT(later.labels, ElementsAre(0, 1, 0, 2, 0));
  EXPECT_THAT(later.words, ElementsAre(0, 1, 0, 4, 6));
}

TEST(SampleOfStates, LeavesOutWordsOfTheBlockBefore) {
  const GroupLabels tags = labels_of_groups(kClasses)[0];
  const std::vector<std::int64_t> positions = {4, 5, 6, 7};
  // Blocks of four words: the word two before position 5 is of the first one.
  EXPECT_THAT(sample_of_states(tags, signed_text(), positions, 2, 2).places, ElementsAre(6, 7));
  EXPECT_TRUE(sample_of_states(tags, signed_text(), positions, 20, 2).places.empty());
}

std::vector<int> many_labels(int words) {
  std::vector<int> labels;
  for (int w = 0; w < words; ++w) labels.push_back(w % 5 == 4 ? -1 : w % 5 % 3);
  return labels;
}

TEST(SampleOfWords, HasEveryLabelledWordOnceInBlocksOfOneSize) {
  const std::vector<int> labels = many_labels(100);
  const GroupLabels group{"tag", {"a", "b", "c"}, {}};
  const ProbeSample sample = sample_of_words(group, labels, {.most = 1000, .blocks = 8, .seed = 3});
  EXPECT_EQ(sample.count(), 80);
  EXPECT_EQ(std::set<WordId>(sample.words.begin(), sample.words.end()).size(), 80U);
  std::vector<int> sizes(8);
  for (std::size_t i = 0; i < sample.words.size(); ++i) {
    EXPECT_EQ(sample.labels[i], labels[static_cast<std::size_t>(sample.words[i])]);
    EXPECT_EQ(sample.places[i], sample.words[i]);
    ++sizes[static_cast<std::size_t>(sample.blocks[i])];
  }
  EXPECT_THAT(sizes, Each(10));
  EXPECT_FALSE(std::is_sorted(sample.words.begin(), sample.words.end()));
}

TEST(SampleOfWords, IsDrawnBySeed) {
  const std::vector<int> labels = many_labels(100);
  const GroupLabels group{"tag", {"a", "b", "c"}, {}};
  const auto words = [&](std::uint64_t seed) {
    return sample_of_words(group, labels, {.most = 20, .blocks = 5, .seed = seed}).words;
  };
  EXPECT_EQ(words(1).size(), 20U);
  EXPECT_EQ(words(1), words(1));
  EXPECT_NE(words(1), words(2));
}

TEST(LeaveOutRareClasses, NumbersTheOthersAnew) {
  ProbeSample sample{
      {"a", "b", "c", "d"}, {5, 6, 7, 8, 9}, {0, 1, 2, 3, 4}, {2, 1, 2, 0, 2}, {0, 0, 1, 1, 2}};
  EXPECT_THAT(leave_out_rare_classes(sample, 2), ElementsAre("a", "b"));
  EXPECT_THAT(sample.class_names, ElementsAre("c"));
  EXPECT_THAT(sample.places, ElementsAre(5, 7, 9));
  EXPECT_THAT(sample.words, ElementsAre(0, 2, 4));
  EXPECT_THAT(sample.labels, ElementsAre(0, 0, 0));
  EXPECT_THAT(sample.blocks, ElementsAre(0, 1, 2));
}

TEST(ControlLabels, BelongToWordsAndAreAsFrequentAsThoseOfTheSample) {
  ProbeSample sample{{"a", "b"}, {}, {}, {}, {}};
  for (int i = 0; i < 4000; ++i) {
    sample.words.push_back(i / 2);
    sample.labels.push_back(i % 4 == 0 ? 1 : 0);
  }
  const std::vector<int> labels = control_labels(sample, 1);
  std::map<WordId, int> of_word;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    EXPECT_EQ(of_word.emplace(sample.words[i], labels[i]).first->second, labels[i]);
  }
  // A quarter of 2,000 words: 500, with a standard deviation of 19.
  EXPECT_NEAR(static_cast<double>(std::count(labels.begin(), labels.end(), 1)) / 2, 500, 100);
  EXPECT_EQ(labels, control_labels(sample, 1));
  EXPECT_NE(labels, control_labels(sample, 2));
  EXPECT_THROW((void)control_labels({}, 1), UsageError);
}

}  // namespace
}  // namespace stategrad::analysis

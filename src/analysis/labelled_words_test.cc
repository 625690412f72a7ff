// SPDX-License-Identifier: MIT
#include "analysis/labelled_words.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::ThrowsMessage;

const std::vector<std::string> kWords = {"run", "cat", "<unk>", "cats", "he", "king"};
const text::TagLexicon kTags = {{"run", {"NN", "VB"}}, {"cat", {"NN"}}, {"cats", {"NNS"}},
                                {"he", {"PRP"}},       {"dog", {"NN"}}, {"king", {"NN", "NNS"}}};

TEST(LabelWords, GivesAPairForEveryTagOfAWord) {
  const LabelledWords labels = label_words(kWords, kTags, {});
  EXPECT_THAT(labels.class_names, ElementsAre("NN", "NNS", "PRP", "VB"));
  EXPECT_THAT(labels.pairs, ElementsAre(Pair(0, 0), Pair(0, 3), Pair(1, 0), Pair(3, 1), Pair(4, 2),
                                        Pair(5, 0), Pair(5, 1)));
  EXPECT_THAT(labels.frequencies,
              ElementsAre(Pair("NN", 3), Pair("NNS", 2), Pair("PRP", 1), Pair("VB", 1)));
}

TEST(LabelWords, LeavesOutRareTags) {
  const LabelledWords labels = label_words(kWords, kTags, {.frequency_cutoff = 2});
  EXPECT_THAT(labels.class_names, ElementsAre("NN", "NNS"));
  EXPECT_EQ(labels.pairs.size(), 5U);
}

TEST(LabelWords, ClassesOfTagsUniteThem) {
  LabelOptions options;
  options.classes = {false, {{"verb", {"VB", "VBD"}}, {"noun", {"NN", "NNS"}}}};
  const LabelledWords labels = label_words(kWords, kTags, options);
  EXPECT_THAT(labels.class_names, ElementsAre("verb", "noun"));
  EXPECT_THAT(labels.pairs,
              ElementsAre(Pair(0, 1), Pair(0, 0), Pair(1, 1), Pair(3, 1), Pair(5, 1), Pair(5, 1)));
  options.frequency_cutoff = 2;
  EXPECT_EQ(label_words(kWords, kTags, options).pairs.size(), 5U);
}

TEST(LabelWords, ClassesOfWordsNeedNoTags) {
  LabelOptions options;
  options.classes = {true, {{"male", {"he", "king", "knight"}}, {"rare", {"<unk>", "king"}}}};
  EXPECT_THAT(label_words(kWords, {}, options).pairs,
              ElementsAre(Pair(2, 1), Pair(4, 0), Pair(5, 0), Pair(5, 1)));
}

TEST(LabelWords, RunningWordsHaveOneTag) {
  EXPECT_THAT([] { (void)label_words(kWords, kTags, {.single_tags = true}); },
              ThrowsMessage<UsageError>(HasSubstr("'run' has the tags NN, VB")));
  EXPECT_EQ(label_words({"cat"}, kTags, {.single_tags = true}).pairs.size(), 1U);
}

TEST(SplitPairs, IsEightyTenTenInAnOrderOfTheSeed) {
  std::vector<std::pair<int, int>> pairs;
  for (int i = 0; i < 57; ++i) pairs.emplace_back(i, i % 3);
  const LabelledSplit split = split_pairs(pairs, 1);
  EXPECT_EQ(split.train.size(), 45U);
  EXPECT_EQ(split.valid.size(), 5U);
  EXPECT_EQ(split.test.size(), 7U);
  std::vector<std::pair<int, int>> all = split.train;
  all.insert(all.end(), split.valid.begin(), split.valid.end());
  all.insert(all.end(), split.test.begin(), split.test.end());
  EXPECT_NE(all, pairs);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, pairs);
  EXPECT_EQ(split_pairs(pairs, 1).test, split.test);
  EXPECT_NE(split_pairs(pairs, 2).test, split.test);
}

TEST(VectorsOf, AreTheRowsOfTheWords) {
  const LabelledVectors vectors = vectors_of({{1, 4}, {0, 2}}, {2, 2, {1, 2, 3, 4}});
  EXPECT_THAT(vectors.x, ElementsAre(3, 4, 1, 2));
  EXPECT_THAT(vectors.y, ElementsAre(4, 2));
}

}  // namespace
}  // namespace stategrad::analysis

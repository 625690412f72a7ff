// SPDX-License-Identifier: MIT
#include "text/sentences.h"

#include <gtest/gtest.h>

namespace stategrad::text {
namespace {

constexpr WordId kEos = 9;

TEST(Sentences, EndWithTheirEndOfSentence) {
  const std::vector<WordId> text = {1, 2, kEos, 3, kEos, 4, 5};
  const std::vector<Stretch> expected = {{0, 3}, {3, 2}, {5, 2}};
  EXPECT_EQ(split_into_sentences(text, kEos, 40), expected);
}

TEST(Sentences, OfNoWordsAreLeftOut) {
  const std::vector<WordId> text = {kEos, 1, kEos, kEos, 2};
  const std::vector<Stretch> expected = {{1, 2}, {4, 1}};
  EXPECT_EQ(split_into_sentences(text, kEos, 40), expected);
}

TEST(Sentences, ThatAreLongAreCut) {
  const std::vector<WordId> text = {1, 2, 3, 4, 5, kEos, 6};
  const std::vector<Stretch> expected = {{0, 4}, {4, 2}, {6, 1}};
  EXPECT_EQ(split_into_sentences(text, kEos, 4), expected);
}

TEST(Sentences, HaveNoPieceOfTheirEndAlone) {
  const std::vector<WordId> text = {1, 2, 3, 4, kEos, 6};
  const std::vector<Stretch> expected = {{0, 4}, {5, 1}};
  EXPECT_EQ(split_into_sentences(text, kEos, 4), expected);
}

TEST(Sentences, OfATextWithoutEndsArePieces) {
  const std::vector<WordId> text = {1, 2, 3, 4, 5};
  const std::vector<Stretch> expected = {{0, 2}, {2, 2}, {4, 1}};
  EXPECT_EQ(split_into_sentences(text, std::nullopt, 2), expected);
  EXPECT_TRUE(split_into_sentences({}, std::nullopt, 2).empty());
}

}  // namespace
}  // namespace stategrad::text

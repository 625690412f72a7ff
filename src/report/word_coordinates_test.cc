// SPDX-License-Identifier: MIT
#include "report/word_coordinates.h"

#include <gmock/gmock.h>

#include <cmath>

#include "base/random.h"

namespace stategrad::report {
namespace {

constexpr int kSize = 3;

/// Words of two classes that differ along the second axis; word w occurs w times.
class Coordinates : public testing::Test {
 protected:
  void make(int words, double within) {
    RandomStream random(4);
    std::vector<std::string> names;
    embedding_ = {words, kSize, {}};
    for (int w = 0; w < words; ++w) {
      names.push_back("w" + std::to_string(w));
      labelled_.labels.push_back(w % 10 == 9 ? -1 : w % 2);
      labelled_.counts.push_back(w);
      for (int e = 0; e < kSize; ++e) {
        embedding_.values.push_back(within * (random.uniform() - 0.5) +
                                    (e == 1 ? 10.0 * (w % 2) : 0));
      }
    }
    vocabulary_ = Vocabulary(names);
    labelled_.vocabulary = &vocabulary_;
    labelled_.class_names = {"even", "odd"};
  }
  Vocabulary vocabulary_;
  LabelledVocabulary labelled_;
  analysis::Matrix embedding_;
};

TEST_F(Coordinates, TellClassesApartAlongTheFirstAxis) {
  make(60, 1);
  const WordCoordinates found = coordinates_of_words(labelled_, embedding_);
  ASSERT_TRUE(found.pca && found.lda);
  EXPECT_EQ(found.pca->words.size(), 54U);
  EXPECT_EQ(found.pca->words[0].word, "w58");
  EXPECT_EQ(found.pca->words[0].class_name, "even");
  EXPECT_GT(found.pca->explained[0], 0.9);
  for (const WordPlane* plane : {&*found.pca, &*found.lda}) {
    for (const WordPoint& point : plane->words) {
      EXPECT_EQ(point.x > 0, point.class_name == "odd") << point.word;
    }
  }
  // Two classes have one discriminant.
  EXPECT_EQ(found.lda->explained.size(), 1U);
  EXPECT_TRUE(std::isnan(found.lda->words[0].y));
  EXPECT_FALSE(std::isnan(found.pca->words[0].y));
}

TEST_F(Coordinates, AreThoseOfTheMostFrequentWords) {
  make(kMostPoints + 500, 1);
  const WordCoordinates found = coordinates_of_words(labelled_, embedding_);
  ASSERT_TRUE(found.pca);
  EXPECT_EQ(found.pca->words.size(), static_cast<std::size_t>(kMostPoints));
  EXPECT_EQ(found.pca->words[0].word, "w2498");
}

TEST_F(Coordinates, HaveMoreComponentsOfTheMostFrequentWords) {
  make(kMostNeighbours + 500, 1);
  const WordCoordinates found = coordinates_of_words(labelled_, embedding_);
  ASSERT_TRUE(found.components);
  EXPECT_EQ(found.components->explained.size(), 3U);
  EXPECT_EQ(found.pca->explained.size(), 2U);
  ASSERT_EQ(found.components->of_word.size(), static_cast<std::size_t>(kMostNeighbours));
  EXPECT_EQ(found.components->of_word[5].size(), 3U);
  EXPECT_EQ(found.components->of_word[5][0], found.pca->words[5].x);
  EXPECT_EQ(found.components->of_word[5][1], found.pca->words[5].y);
}

TEST_F(Coordinates, AreMissingWhereTheyCannotBeComputed) {
  make(60, 0);
  const WordCoordinates found = coordinates_of_words(labelled_, embedding_);
  EXPECT_TRUE(found.pca);
  EXPECT_FALSE(found.lda) << "nothing varies within the classes";
  embedding_.values.assign(embedding_.values.size(), 1);
  EXPECT_FALSE(coordinates_of_words(labelled_, embedding_).pca);
  labelled_.labels.assign(labelled_.labels.size(), -1);
  EXPECT_FALSE(coordinates_of_words(labelled_, embedding_).pca);
}

}  // namespace
}  // namespace stategrad::report

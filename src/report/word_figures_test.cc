// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>

#include <cmath>

#include "report/figures_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(WordFigures, WordsAreDotsOneWordLaterOrAtTheDelayAskedFor) {
  const Chart chart = chart_of({.name = "words"});
  ASSERT_EQ(chart.series[0].points.size(), 1U) << "without the one that has no norm there";
  EXPECT_EQ(chart.series[0].points[0].x, 90);
  EXPECT_EQ(chart.series[0].points[0].y, 2);
  EXPECT_EQ(chart_of({.name = "words", .delay = 5}).series[0].points[1].y, 2);
  EXPECT_THAT([] { (void)chart_of({.name = "words", .delay = 3}); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("--delay 3"), HasSubstr("0, 1, 5"))));
}

TEST(WordFigures, SentenceIsTheTypedOneOrTheOneWithTheWords) {
  EXPECT_THAT(heat_map_of({.name = "sentence"}).names, ElementsAre("my", "cat", "sat"));
  EXPECT_THAT(heat_map_of({.name = "sentence", .sentence = "a dog"}).names,
              ElementsAre("the", "cat", "a", "dog"));
  EXPECT_THAT(heat_map_of({.name = "sentence", .sentence = "a dog ran"}).names,
              ElementsAre("a", "dog", "ran"));
  EXPECT_THAT(heat_map_of({.name = "sentence", .sentence = "cat"}).names,
              ElementsAre("my", "cat", "sat"));
  EXPECT_THAT([] { (void)heat_map_of({.name = "sentence", .sentence = "dog cat"}); },
              ThrowsMessage<UsageError>(HasSubstr("none of the 3 sentences")));
}

TEST(WordFigures, SentenceHasTheWordReadLastInRowsAndThoseItDependsOnInColumns) {
  const HeatMap map = heat_map_of({.name = "sentence"});
  EXPECT_EQ(map.values[0][0], 1);
  EXPECT_EQ(map.values[1][1], 2);
  EXPECT_EQ(map.values[1][0], 0.5);
  EXPECT_EQ(map.values[2][1], 0.25);
  EXPECT_TRUE(std::isnan(map.values[2][0])) << "beyond the delays";
  EXPECT_TRUE(std::isnan(map.values[0][1])) << "not read yet";
}

TEST(WordFigures, EmbeddingsLieInThePlaneOfPcaOrTheOneAskedFor) {
  const Chart pca = chart_of({.name = "embeddings"});
  EXPECT_THAT(curves_of(pca), ElementsAre("NN", "VB"));
  EXPECT_EQ(pca.series[1].points[0].y, 2);
  EXPECT_EQ(pca.x_label, "axis 1 (50 % of the variance)");
  const Chart lda = chart_of({.name = "embeddings", .measure = "lda"});
  EXPECT_EQ(lda.series[0].points[0].y, 0) << "two classes lie on a line";
  EXPECT_EQ(lda.x_label, "axis 1 (100 % of the variance between classes)");
  EXPECT_THAT(curves_of(chart_of({.name = "embeddings", .classes = {"VB"}})), ElementsAre("VB"));
  EXPECT_THAT([] { (void)chart_of({.name = "embeddings", .measure = "umap"}); },
              ThrowsMessage<UsageError>(AllOf(HasSubstr("'umap'"), HasSubstr("pca, lda"))));
}

}  // namespace
}  // namespace stategrad::report

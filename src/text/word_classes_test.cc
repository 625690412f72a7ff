// SPDX-License-Identifier: MIT
#include "text/word_classes.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class WordClassesTest : public TextTest {
 protected:
  [[nodiscard]] WordClasses classes_of(const std::string& content) const {
    write("classes", content);
    return read_word_classes(folder_ / "classes");
  }
  void expect_refused(const std::string& content, const std::string& needle) const {
    EXPECT_THAT([&] { (void)classes_of(content); }, ThrowsMessage<DataError>(HasSubstr(needle)));
  }
};

TEST_F(WordClassesTest, ATagALineIsAClassEach) {
  const WordClasses read = classes_of("NN\n\nNNS \n");
  EXPECT_FALSE(read.of_words);
  EXPECT_THAT(read.classes, ElementsAre(WordClass{"NN", {"NN"}}, WordClass{"NNS", {"NNS"}}));
}

TEST_F(WordClassesTest, NamedClassesUniteTags) {
  const WordClasses read = classes_of("noun\tNN NNS\nverb\tVB  VBD\r\n");
  EXPECT_FALSE(read.of_words);
  EXPECT_THAT(read.classes,
              ElementsAre(WordClass{"noun", {"NN", "NNS"}}, WordClass{"verb", {"VB", "VBD"}}));
}

TEST_F(WordClassesTest, AFirstLineTokenMeansWords) {
  const WordClasses read = classes_of("token\nmale\the king\nfemale\tshe\n");
  EXPECT_TRUE(read.of_words);
  EXPECT_THAT(read.classes,
              ElementsAre(WordClass{"male", {"he", "king"}}, WordClass{"female", {"she"}}));
}

TEST_F(WordClassesTest, BadLinesAreNamed) {
  expect_refused("NN\nnoun\tNN NNS\n", "line 2: a single tag");
  expect_refused("noun\tNN NNS\nNN\n", "line 2: 'name<TAB>TAG");
  expect_refused("token\nhe she\n", "line 2: 'name<TAB>word");
  expect_refused("token\nmale\t \n", "line 2: the class 'male' has no members");
  expect_refused("NN\nNN\n", "line 2: the class 'NN' stands twice");
  expect_refused("\n", "no classes");
  expect_refused("token\n", "no classes");
}

TEST_F(WordClassesTest, TagsOfOneClassStandOnALineEach) {
  write("tags", "NN\n\n NNS\n");
  EXPECT_THAT(read_tags(folder_ / "tags"), ElementsAre("NN", "NNS"));
  write("tags", "NN NNS\n");
  EXPECT_THAT([&] { (void)read_tags(folder_ / "tags"); },
              ThrowsMessage<DataError>(HasSubstr("line 1: 'NN NNS'")));
  write("tags", "\n");
  EXPECT_THAT([&] { (void)read_tags(folder_ / "tags"); },
              ThrowsMessage<DataError>(HasSubstr("no tags")));
}

}  // namespace
}  // namespace stategrad::text

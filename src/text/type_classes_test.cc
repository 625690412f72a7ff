// SPDX-License-Identifier: MIT
#include "text/type_classes.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class TypeClassesTest : public TextTest {
 protected:
  /// The names of a word's classes.
  [[nodiscard]] std::vector<std::string> of(const TypeClasses& types,
                                            const std::string& word) const {
    const auto id = static_cast<std::size_t>(*vocabulary_.find(word));
    std::vector<std::string> names;
    for (const int c : types.sets.sets()[static_cast<std::size_t>(types.code[id])]) {
      names.push_back(types.sets.names()[static_cast<std::size_t>(c)]);
    }
    return names;
  }
  [[nodiscard]] TypeClasses list(const std::string& content) const {
    write("list", content);
    return list_classes({{{.name = "list", .file = folder_ / "list"}}}, vocabulary_);
  }
  void expect_refused(const std::string& content, const std::string& message) const {
    EXPECT_THAT([&] { (void)list(content); }, ThrowsMessage<DataError>(HasSubstr(message)));
  }

  const Vocabulary vocabulary_{{"the", "run", "runs", "cat", "<unk>", "<eos>", "<bos>"}};
  const std::vector<std::int64_t> counts_ = {100, 20, 5, 5, 300, 50, 0};
};

TEST_F(TypeClassesTest, WordsAreInTheClassesOfAllTheirTags) {
  write("tags", "the\t['DT']\nrun\t['VB', 'NN']\ncat\t['NN|JJ']\n<unk>\tnot in list\nx\t['FW']\n");
  const TypeClasses types = lexicon_classes({folder_ / "tags"}, vocabulary_, counts_);
  EXPECT_THAT(types.sets.names(), ElementsAre("DT", "JJ", "NN", "VB"));
  EXPECT_THAT(of(types, "run"), ElementsAre("NN", "VB"));
  EXPECT_THAT(of(types, "cat"), ElementsAre("JJ", "NN"));
  EXPECT_THAT(of(types, "<unk>"), IsEmpty());
  EXPECT_THAT(of(types, "runs"), IsEmpty());
}

TEST_F(TypeClassesTest, TagsCanBePutIntoClasses) {
  write("tags", "the\t['DT']\nrun\t['VB', 'NN']\ncat\t['NN', 'JJ']\n");
  const TypeClasses types =
      lexicon_classes({folder_ / "tags", {{"verbal", {"VB", "VBZ"}}, {"nominal", {"JJ", "NN"}}}},
                      vocabulary_, counts_);
  EXPECT_THAT(types.sets.names(), ElementsAre("verbal", "nominal"));
  EXPECT_THAT(of(types, "run"), ElementsAre("verbal", "nominal"));
  EXPECT_THAT(of(types, "cat"), ElementsAre("nominal"));
  EXPECT_THAT(of(types, "the"), IsEmpty());
  EXPECT_THAT(
      [&] {
        (void)lexicon_classes({folder_ / "tags", {{"proper", {"NNP"}}}}, vocabulary_, counts_);
      },
      ThrowsMessage<DataError>(HasSubstr("no word has a tag of the class 'proper'")));
}

TEST_F(TypeClassesTest, EqualMassesAreCutBetweenCounts) {
  EXPECT_THAT(equal_mass_edges({5, 5, 20, 100}, 2), ElementsAre(100));
  EXPECT_THAT(equal_mass_edges({1, 1, 1, 1, 2, 2, 4}, 3), ElementsAre(2, 4));
  EXPECT_THAT(equal_mass_edges({7, 7, 7}, 5), IsEmpty());
  EXPECT_THAT(equal_mass_edges({}, 5), IsEmpty());
  // Many words of different counts: the masses are equal within that of one count.
  std::vector<std::int64_t> counts;
  for (std::int64_t c = 1; c <= 2000; ++c) counts.push_back(c);
  const auto edges = equal_mass_edges(counts, 4);
  ASSERT_EQ(edges.size(), 3U);
  std::vector<std::int64_t> mass(4);
  for (const std::int64_t c : counts) mass[static_cast<std::size_t>(range_of(edges, c))] += c;
  for (const std::int64_t m : mass) EXPECT_NEAR(static_cast<double>(m), 2001000 / 4.0, 2000);
}

TEST_F(TypeClassesTest, SpecialWordsHaveNoFrequency) {
  const TypeClasses types = frequency_classes({.bins = 2}, vocabulary_, counts_);
  EXPECT_THAT(types.sets.names(), ElementsAre("count 0-99", "count 100+"));
  EXPECT_THAT(of(types, "the"), ElementsAre("count 100+"));
  EXPECT_THAT(of(types, "cat"), ElementsAre("count 0-99"));
  EXPECT_THAT(of(types, "<unk>"), IsEmpty());
  EXPECT_THAT(of(types, "<eos>"), IsEmpty());
}

TEST_F(TypeClassesTest, BinsCanHaveNamesAndEdges) {
  const TypeClasses types = frequency_classes(
      {.edges = {10, 50}, .names = {"rare", "middle", "frequent"}}, vocabulary_, counts_);
  EXPECT_THAT(of(types, "runs"), ElementsAre("rare"));
  EXPECT_THAT(of(types, "run"), ElementsAre("middle"));
  EXPECT_THAT(of(types, "the"), ElementsAre("frequent"));
  EXPECT_THAT(
      [&] {
        (void)frequency_classes({.bins = 4, .names = {"a", "b", "c", "d"}}, vocabulary_, counts_);
      },
      ThrowsMessage<UsageError>(HasSubstr("bins only, for 4 names")));
}

TEST_F(TypeClassesTest, CountsAreThoseOfTheTextThatIsNamed) {
  write("text", "the cat\nthe new run\n");
  const auto counts = count_types(folder_ / "text", {}, vocabulary_);
  EXPECT_THAT(counts, ElementsAre(2, 1, 0, 1, 0, 2, 0));
}

TEST_F(TypeClassesTest, ListsHaveAWordALine) {
  const TypeClasses types = list("\n  the \r\nunheard-of\ncat\ncat");
  EXPECT_THAT(of(types, "the"), ElementsAre("list"));
  EXPECT_THAT(of(types, "cat"), ElementsAre("list"));
  EXPECT_THAT(of(types, "run"), IsEmpty());
  EXPECT_THAT(of(types, "<unk>"), IsEmpty());
}

TEST_F(TypeClassesTest, BadListsAreNamed) {
  expect_refused("the\ncat run\n", "list: line 2: 'cat run': a single word was expected");
  expect_refused("\n \n", "list: no words");
  expect_refused("", "list: no words");
  expect_refused("The\nCat\n",
                 "none of the 2 words, the first of them 'The', is in the vocabulary");
  expect_refused("the\nc\xff\n", "line 2");
  EXPECT_THAT([&] { (void)list_classes({{{.name = "x", .file = folder_ / "none"}}}, vocabulary_); },
              ThrowsMessage<DataError>(HasSubstr("none")));
  EXPECT_THAT([&] { (void)list_classes({{{.name = "x", .words = {"Cat"}}}}, vocabulary_); },
              ThrowsMessage<UsageError>(HasSubstr("word list 'x': none of the 1 words")));
}

TEST_F(TypeClassesTest, SpecialWordsMatchNoPattern) {
  const TypeClasses types =
      pattern_classes({{{"all", "."}, {"run", "^run"}, {"third", "s$"}}}, vocabulary_);
  EXPECT_THAT(of(types, "runs"), ElementsAre("all", "run", "third"));
  EXPECT_THAT(of(types, "cat"), ElementsAre("all"));
  EXPECT_THAT(of(types, "<eos>"), IsEmpty());
}

}  // namespace
}  // namespace stategrad::text

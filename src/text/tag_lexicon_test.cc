// SPDX-License-Identifier: MIT
#include "text/tag_lexicon.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::ThrowsMessage;
using testing::UnorderedElementsAre;

class TagLexiconTest : public TextTest {
 protected:
  [[nodiscard]] TagLexicon lexicon_of(const std::string& content) const {
    write("tags", content);
    return read_tag_lexicon(folder_ / "tags");
  }
  void expect_refused(const std::string& content, const std::string& needle) const {
    EXPECT_THAT([&] { (void)lexicon_of(content); }, ThrowsMessage<DataError>(HasSubstr(needle)));
  }
};

TEST_F(TagLexiconTest, HasTheTagsOfEveryWord) {
  EXPECT_THAT(
      lexicon_of("run\t['NN', 'VB']\r\n\nthe\t['DT']\n"),
      UnorderedElementsAre(Pair("run", ElementsAre("NN", "VB")), Pair("the", ElementsAre("DT"))));
}

TEST_F(TagLexiconTest, TagsWithABarCountAsBothAndOnce) {
  EXPECT_THAT(lexicon_of("about\t['IN|RB', 'RB', 'JJ|']\n"),
              UnorderedElementsAre(Pair("about", ElementsAre("IN", "RB", "JJ"))));
}

TEST_F(TagLexiconTest, WordsThatAreNotInTheListHaveNoTags) {
  EXPECT_THAT(lexicon_of("<unk>\tnot in list\nnone\t[]\nx\t['A']\n"),
              UnorderedElementsAre(Pair("x", ElementsAre("A"))));
}

TEST_F(TagLexiconTest, QuotesAreThoseOfPython) {
  EXPECT_THAT(lexicon_of("''\t[\"''\", ',', u'PRP$','it\\'s']\n"),
              UnorderedElementsAre(Pair("''", ElementsAre("''", ",", "PRP$", "it's"))));
}

TEST_F(TagLexiconTest, BadLinesAreNamed) {
  expect_refused("a\t['X']\nb ['X']\n", "line 2: \"word<TAB>");
  expect_refused("a\t['X']\na\t['Y']\n", "line 2: the word 'a' stands twice");
  for (const std::string list : {"X", "['X'", "['X' 'Y']", "['X]", "['X'] Y", "[X]", ""}) {
    expect_refused("a\t" + list + "\n", "line 1: \"" + list + "\" is no list of tags");
  }
  expect_refused("\n", "no words");
}

}  // namespace
}  // namespace stategrad::text

// SPDX-License-Identifier: MIT
#include "text/token_tags.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <set>
#include <sstream>

#include "base/random.h"
#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

/// A line per "form/UPOS/XPOS", an empty one after each sentence.
std::string conllu(const std::vector<std::vector<std::string>>& sentences) {
  std::string lines = "# newdoc\n";
  for (const auto& sentence : sentences) {
    lines += "# text = …\n";
    int id = 0;
    for (const std::string& word : sentence) {
      const std::size_t xpos = word.rfind('/');
      const std::size_t upos = word.rfind('/', xpos - 1);
      lines += fmt::format("{}\t{}\t_\t{}\t{}\t_\t0\t_\t_\t_\n", ++id, word.substr(0, upos),
                           word.substr(upos + 1, xpos - upos - 1), word.substr(xpos + 1));
    }
    lines += "\n";
  }
  return lines;
}

class TokenTagsTest : public TextTest {
 protected:
  /// The classes of every position, with "+" between several and "" for none.
  std::vector<std::string> tags_of(const std::string& text, const std::string& tags,
                                   TokenTags options = {}) {
    write("text", text);
    write("tags", tags);
    options.file = folder_ / "tags";
    std::set<std::string> words = {"<unk>"};
    for_each_word(folder_ / "text", rules_, [&](std::string_view word) { words.emplace(word); });
    for (const std::string& word : unknown_) words.erase(word);
    const Vocabulary vocabulary(std::vector<std::string>(words.begin(), words.end()));
    const auto ids = read_word_ids(folder_ / "text", rules_, vocabulary);
    std::vector<std::size_t> codes;
    const ClassSets sets = give_token_tags(
        options, {.ids = ids, .vocabulary = &vocabulary, .rules = rules_, .file = "text"},
        [&](int code) { codes.push_back(static_cast<std::size_t>(code)); });
    EXPECT_EQ(codes.size(), ids.size());
    std::vector<std::string> names;
    for (const std::size_t code : codes) {
      std::string joined;
      for (const int c : sets.sets()[code]) {
        joined += (joined.empty() ? "" : "+") + sets.names()[static_cast<std::size_t>(c)];
      }
      names.push_back(joined);
    }
    return names;
  }
  void expect_refused(const std::string& text, const std::string& tags,
                      const std::string& message) {
    EXPECT_THAT([&] { (void)tags_of(text, tags); }, ThrowsMessage<DataError>(HasSubstr(message)));
  }

  TextRules rules_;
  std::set<std::string> unknown_;
};

TEST_F(TokenTagsTest, SentencesAreLines) {
  const std::string tags = conllu({{"The/DET/DT", "cat/NOUN/NN"}, {"runs/VERB/VBZ"}});
  EXPECT_THAT(tags_of("the cat\nruns\n", tags),
              ElementsAre("DET", "NOUN", "<eos>", "VERB", "<eos>"));
  EXPECT_THAT(tags_of("the cat\nruns", tags, {.column = TagColumn::kLanguage}),
              ElementsAre("DT", "NN", "<eos>", "VBZ"));
}

TEST_F(TokenTagsTest, EmptyLinesOfTheTextAreNoSentences) {
  EXPECT_THAT(tags_of("\n\na\n \nb\n\n", conllu({{"a/X/_"}, {"b/Y/_"}})),
              ElementsAre("<eos>", "<eos>", "X", "<eos>", "<eos>", "Y", "<eos>", "<eos>"));
}

TEST_F(TokenTagsTest, RangesAndEmptyNodesArePassedOver) {
  const std::string rest = "\t_\t0\t_\t_\t_\n";
  EXPECT_THAT(tags_of("a de le b\n", "# sent_id = 1\n1\ta\t_\tA\t_" + rest + "2-3\tdu\t_\t_\t_" +
                                         rest + "2\tde\t_\tP\t_" + rest + "3\tle\t_\tD\t_" + rest +
                                         "3.1\tnull\t_\tV\t_" + rest + "4\tb\t_\tB\t_" + rest),
              ElementsAre("A", "P", "D", "B", "<eos>"));
}

TEST_F(TokenTagsTest, WordsMayDifferFromFormsAsTextsDo) {
  EXPECT_TRUE(agrees_with_form("cat", "cat"));
  EXPECT_TRUE(agrees_with_form("éa", "ÉA"));
  EXPECT_TRUE(agrees_with_form("<unk>", "anything"));
  EXPECT_TRUE(agrees_with_form("<UNK>", "Anything"));
  EXPECT_TRUE(agrees_with_form("N", "1,234.5"));
  EXPECT_TRUE(agrees_with_form("<num>", "1\\/2"));
  EXPECT_FALSE(agrees_with_form("N", "1990s"));
  EXPECT_FALSE(agrees_with_form("N", "--"));
  EXPECT_FALSE(agrees_with_form("12", "13"));
  EXPECT_FALSE(agrees_with_form("Cat", "cat"));
  EXPECT_FALSE(agrees_with_form("cat", "cats"));
}

TEST_F(TokenTagsTest, UnknownWordsHaveTheirTags) {
  unknown_ = {"Pierre"};
  EXPECT_THAT(tags_of("Pierre N years\n", conllu({{"Pierre/PROPN/_", "61/NUM/_", "years/NOUN/_"}})),
              ElementsAre("PROPN", "NUM", "NOUN", "<eos>"));
}

TEST_F(TokenTagsTest, FormsWithBlanksAreSeveralWords) {
  EXPECT_THAT(tags_of("10 000\u00a0m\n", conllu({{"10 000/NUM/_", "m/NOUN/_"}})),
              ElementsAre("NUM", "NUM", "NOUN", "<eos>"));
}

TEST_F(TokenTagsTest, UnderscoresAreNoTag) {
  EXPECT_THAT(tags_of("a _\n", conllu({{"a/_/X", "_/SYM/_"}})), ElementsAre("", "SYM", "<eos>"));
}

TEST_F(TokenTagsTest, TagsCanBePutIntoClasses) {
  const std::string tags = conllu({{"a/X/_", "b/Y/_", "c/Z/_"}});
  EXPECT_THAT(tags_of("a b c\n", tags, {.classes = {{"xy", {"X", "Y"}}, {"y", {"Y"}}}}),
              ElementsAre("xy", "xy+y", "", "<eos>"));
  EXPECT_THAT(
      [&] {
        (void)tags_of("a b c\n", tags, {.classes = {{"w", {"W"}}}});
      },
      ThrowsMessage<DataError>(HasSubstr("no word has a tag of the class 'w' (W)")));
}

TEST_F(TokenTagsTest, FullStopsThatEndSentencesOfWikiTextAreEnds) {
  rules_.wikitext = true;
  const std::string tags = conllu({{"a/X/_", "./PUNCT/_", "b/Y/_", "./PUNCT/_"}, {"c/X/_"}});
  EXPECT_THAT(tags_of(" a . b . \n c \n", tags),
              ElementsAre("X", "<eos>", "Y", "<eos>", "<eos>", "X", "<eos>"));
}

TEST_F(TokenTagsTest, WithoutEndsOfLinesSentencesFollowEachOther) {
  rules_.newline_is_eos = false;
  EXPECT_THAT(tags_of("a b\nc\n", conllu({{"a/X/_", "b/Y/_"}, {"c/Z/_"}})),
              ElementsAre("X", "Y", "Z"));
}

TEST_F(TokenTagsTest, OtherWordsAndSentencesAreNamedWithTheirLines) {
  expect_refused("a b\nc\n", conllu({{"a/X/_", "x/X/_"}, {"c/X/_"}}),
                 "tags: line 4: the form 'x' stands where text has 'b' (word 2 of line 1)");
  expect_refused("a\nc\n", conllu({{"a/X/_", "b/X/_"}, {"c/X/_"}}),
                 "tags: line 4: the form 'b' is too much: line 1 of text ends before it");
  expect_refused("a b\nc\n", conllu({{"a/X/_"}, {"c/X/_"}}),
                 "tags: line 4: the sentence ends, but text goes on with 'b' (word 2 of line 1)");
  expect_refused("a\n", conllu({{"a/X/_"}, {"b/X/_"}}),
                 "tags: line 6: the form 'b' is too much: text has only 1 lines");
  expect_refused("a\n\nb c\n", conllu({{"a/X/_"}}),
                 "tags: ends after 1 sentences, but text goes on with 'b' (word 1 of line 3)");
  expect_refused("a\n", "# nothing\n", "tags: ends after 0 sentences");
}

TEST_F(TokenTagsTest, OtherFormatsAreRefused) {
  expect_refused("a\n", "1\ta\tX\n", "tags: line 1: 3 columns between tabs where 10");
  expect_refused("a\n", "1\ta\t_\tX\t_\t_\t_\t_\t_\t_\t_\n", "11 columns");
  expect_refused("a\n", "a\n", "1 columns");
  for (const std::string id : {"2", "0", "x", "", "1x", "99999999999999999999"}) {
    expect_refused("a\n", id + "\ta\t_\tX\t_\t_\t_\t_\t_\t_\n",
                   "line 1: the ID '" + id + "' stands where 1 was expected");
  }
  expect_refused("a\n", "1\ta\t_\t\t_\t_\t_\t_\t_\t_\n", "line 1: FORM or tag is empty");
  expect_refused("a\n", "1\t\t_\tX\t_\t_\t_\t_\t_\t_\n", "line 1: FORM or tag is empty");
  expect_refused("a\n", "# \xff\n", "line 1");
  EXPECT_THAT([&] { (void)give_token_tags({.file = folder_ / "none"}, {}, [](int) {}); },
              ThrowsMessage<DataError>(HasSubstr("none")));
}

TEST_F(TokenTagsTest, EveryTruncationIsFound) {
  const std::string text = "the cat is N\n\nna\u00efve cats run\n";
  const std::string tags = conllu({{"The/DET/DT", "cat/NOUN/NN", "is/AUX/VBZ", "4/NUM/CD"},
                                   {"Na\u00efve/ADJ/JJ", "cats/NOUN/NNS", "run/VERB/VBP"}});
  const auto whole = tags_of(text, tags);
  for (std::size_t length = 0; length < tags.size(); ++length) {
    SCOPED_TRACE(length);
    if (length >= tags.size() - 3) {  // the columns that matter are there, as is the last tab
      EXPECT_EQ(tags_of(text, tags.substr(0, length)), whole);
    } else {
      EXPECT_THAT([&] { (void)tags_of(text, tags.substr(0, length)); },
                  ThrowsMessage<DataError>(Not(HasSubstr("\n"))));
    }
  }
}

TEST_F(TokenTagsTest, DamagedFilesAreReadOrRefused) {
  const std::string text = "the cat is N\nna\u00efve cats run\n";
  const std::string tags = conllu({{"The/DET/DT", "cat/NOUN/NN", "is/AUX/VBZ", "4/NUM/CD"},
                                   {"Na\u00efve/ADJ/JJ", "cats/NOUN/NNS", "run/VERB/VBP"}});
  RandomStream random(7);
  int refused = 0;
  for (std::uint64_t i = 0; i < 600; ++i) {
    std::string damaged = tags;
    const std::string bytes = "\n\t#.-1_ \r\xc3\xa9";
    for (std::uint64_t k = 0; k < 1 + i % 3; ++k) {
      const std::uint64_t at = random.below(tags.size());
      damaged[at] = bytes[random.below(bytes.size())];
    }
    try {
      (void)tags_of(text, damaged);
    } catch (const DataError& error) {
      ++refused;
      EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    }
  }
  EXPECT_GT(refused, 200);
}

}  // namespace
}  // namespace stategrad::text

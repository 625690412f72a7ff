// SPDX-License-Identifier: MIT
#include "text/corpus.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Corpus : public TextTest {
 protected:
  std::vector<std::string> words(const std::string& content, const TextRules& rules = {}) {
    write("text.txt", content);
    std::vector<std::string> all;
    for_each_word(folder_ / "text.txt", rules, [&](std::string_view w) { all.emplace_back(w); });
    return all;
  }
  std::string error(const std::string& content, const TextRules& rules = {}) {
    try {
      (void)words(content, rules);
    } catch (const DataError& e) {
      return e.what();
    }
    return "no error";
  }
};

TEST_F(Corpus, NewlineEndsASentenceAlsoABlankLine) {
  EXPECT_THAT(words("a b\n\nc\n"), ElementsAre("a", "b", "<eos>", "<eos>", "c", "<eos>"));
  EXPECT_THAT(words("a b"), ElementsAre("a", "b"));
}

TEST_F(Corpus, NoEosMakesNewlineABlank) {
  EXPECT_THAT(words("a\nb\n", {.newline_is_eos = false}), ElementsAre("a", "b"));
}

TEST_F(Corpus, SplitsOnTheWhiteSpaceOfPython) {
  EXPECT_THAT(words("a\u00a0b\u2003c\u3000d\u0085e\u1680f\x1cg\v\f\r\th\u205fi\u202fj\u2028k"),
              ElementsAre("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"));
  EXPECT_THAT(words("a\u200bb \u00c2x \u2014 é"),
              ElementsAre("a\u200bb", "\u00c2x", "\u2014", "é"));
}

TEST_F(Corpus, WikiTextFullStopsEndSentencesToo) {
  const TextRules wiki = {.newline_is_eos = false, .wikitext = true};
  EXPECT_THAT(words("a . b\n", wiki), ElementsAre("a", "<eos>", "b", "<eos>"));
  EXPECT_THAT(words("a . \nb", wiki), ElementsAre("a", "<eos>", "<eos>", "b"));
  EXPECT_THAT(words("a .\nb", wiki), ElementsAre("a", "<eos>", "<eos>", "b"));
  EXPECT_THAT(words("a . . b", wiki), ElementsAre("a", "<eos>", ".", "b"));
  EXPECT_THAT(words("a .  . b", wiki), ElementsAre("a", "<eos>", "<eos>", "b"));
  EXPECT_THAT(words("\n. \n", wiki), ElementsAre("<eos>", "<eos>", "<eos>"));
  EXPECT_THAT(words(". a.\t.\ta .", wiki), ElementsAre(".", "a.", ".", "a", "."));
  EXPECT_THAT(words("a . b\n"), ElementsAre("a", ".", "b", "<eos>"));
}

TEST_F(Corpus, WikiTextRuleIsTheReplacementOfTheOriginalOnAnyText) {
  // The definition itself, on random texts of the characters that matter.
  const TextRules wiki = {.wikitext = true};
  std::srand(7);
  for (int round = 0; round < 300; ++round) {
    std::string content;
    for (int i = 0; i < 30; ++i) content += " .\na\t"[std::rand() % 5];
    std::string text;
    for (const char c : content) text += c == '\n' ? std::string(" <eos> ") : std::string(1, c);
    for (std::size_t at = text.find(" . "); at != std::string::npos; at = text.find(" . ", at)) {
      text.replace(at, 3, " <eos> ");
      at += 7;
    }
    const auto expected = words(text, {.newline_is_eos = false});
    EXPECT_EQ(words(content, wiki), expected) << content;
  }
}

TEST_F(Corpus, UnkIsLowerCaseButUpperCaseForCgn) {
  EXPECT_THAT(words("<UNK> <unk> x<UNK>"), ElementsAre("<unk>", "<unk>", "x<unk>"));
  EXPECT_THAT(words("<UNK> <unk>", {.unk_is_upper_case = true}), ElementsAre("<UNK>", "<UNK>"));
}

TEST_F(Corpus, RulesFollowThePaths) {
  Config config;
  config.data_path = "data/WikiText/wikitext-2-unk";
  EXPECT_TRUE(text_rules(config, "data/WikiText/wikitext-2-unk/train.txt").wikitext);
  EXPECT_TRUE(text_rules(config, "other/test.txt").wikitext);
  config.data_path = "data/CGN";
  EXPECT_FALSE(text_rules(config, "data/CGN/train.txt").wikitext);
  EXPECT_TRUE(text_rules(config, "data/WikiText/test.txt").wikitext);
  EXPECT_TRUE(text_rules(config, "data/CGN/train.txt").unk_is_upper_case);
  config.no_eos = true;
  EXPECT_FALSE(text_rules(config, "x").newline_is_eos);
}

TEST_F(Corpus, WordsAndCharactersMaySpanThePiecesOfTheFile) {
  std::string content;
  std::vector<std::string> expected;
  for (int i = 0; content.size() < (3 << 20); ++i) {
    expected.push_back("wörd" + std::to_string(i) + (i % 7 == 0 ? "é" : ""));
    content += expected.back() + (i % 3 == 0 ? "\u2003" : " ");
  }
  EXPECT_EQ(words(content), expected);
  const std::string long_word(2'500'000, 'x');
  EXPECT_THAT(words(long_word + " y"), ElementsAre(long_word, "y"));
}

TEST_F(Corpus, ReadsOtherEncodings) {
  EXPECT_THAT(words("caf\xe9\n", {.encoding = "latin-1"}), ElementsAre("café", "<eos>"));
  EXPECT_THAT(words(std::string("\xff\xfe"
                                "a\0 \0\xe9\0",
                                8),
                    {.encoding = "utf-16"}),
              ElementsAre("a", "é"));
  EXPECT_THROW((void)words("x", {.encoding = "klingon"}), UsageError);
}

TEST_F(Corpus, ByteOrderMarkIsNoPartOfTheFirstWord) {
  EXPECT_THAT(words("\xef\xbb\xbf"
                    "a b"),
              ElementsAre("a", "b"));
}

TEST_F(Corpus, BytesThatTheEncodingDoesNotAllowNameTheLine) {
  EXPECT_THAT(error("ok\nok\ncaf\xe9 x\n"), HasSubstr("text.txt: line 3: bytes that are no utf-8"));
  EXPECT_THAT(error("a\n\xc3"), HasSubstr("line 2: the file ends in the middle"));
  EXPECT_THAT(error("\xed\xa0\x80"), HasSubstr("line 1"));
  EXPECT_THAT(error("\xc0\xaf"), HasSubstr("line 1"));
  EXPECT_THAT(error("\xf5\x80\x80\x80 "), HasSubstr("line 1"));
  EXPECT_THAT(error("a\né", {.encoding = "ascii"}), HasSubstr("line 2: bytes that are no ascii"));
}

TEST_F(Corpus, BinaryEmptyAndMissingFilesAreNamed) {
  EXPECT_THAT(error(std::string("a\nb\0c", 5)), HasSubstr("line 2: a NUL character"));
  EXPECT_THAT(error(""), HasSubstr("holds no words"));
  EXPECT_THAT(error(" \t \r", {}), HasSubstr("holds no words"));
  EXPECT_THROW(for_each_word(folder_ / "absent", {}, [](std::string_view) {}), DataError);
  EXPECT_THROW(for_each_word(folder_, {}, [](std::string_view) {}), DataError);
}

TEST_F(Corpus, VocabularyIsSortedByCountThenCodePoint) {
  write("text.txt", "b b a a é z Z\n");
  const Vocabulary vocabulary = build_vocabulary(count_words(folder_ / "text.txt", {}));
  EXPECT_THAT(vocabulary.words(), ElementsAre("a", "b", "<eos>", "Z", "z", "é", "<unk>", "<bos>"));
}

TEST_F(Corpus, SpecialWordsAreAddedOnlyWhenAbsent) {
  write("text.txt", "<bos> <unk> a\n");
  const Vocabulary vocabulary = build_vocabulary(count_words(folder_ / "text.txt", {}));
  EXPECT_THAT(vocabulary.words(), ElementsAre("<bos>", "<eos>", "<unk>", "a"));
}

TEST_F(Corpus, UnknownWordsAreCounted) {
  write("text.txt", "a x a y\n");
  std::int64_t unknown = 0;
  const Vocabulary vocabulary({"a", "<eos>", "<unk>"});
  EXPECT_THAT(read_word_ids(folder_ / "text.txt", {}, vocabulary, &unknown),
              ElementsAre(0, 2, 0, 2, 1));
  EXPECT_EQ(unknown, 2);
}

TEST_F(Corpus, PennTreebankHasItsKnownCounts) {
  const auto data = penn_treebank();
  if (!data) GTEST_SKIP() << "no Penn Treebank data; set STATEGRAD_DATA to its folder";
  const Vocabulary vocabulary = build_vocabulary(count_words(*data / "train.txt", {}));
  EXPECT_EQ(vocabulary.size(), 10'001);
  EXPECT_EQ(vocabulary.word(0), "the");
  std::int64_t unknown = 0;
  EXPECT_EQ(read_word_ids(*data / "train.txt", {}, vocabulary, &unknown).size(), 929'589U);
  EXPECT_EQ(read_word_ids(*data / "valid.txt", {}, vocabulary, &unknown).size(), 73'760U);
  EXPECT_EQ(unknown, 0);
  EXPECT_EQ(read_word_ids(*data / "test.txt", {}, vocabulary, &unknown).size(), 82'430U);
}

}  // namespace
}  // namespace stategrad::text

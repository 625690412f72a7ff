// SPDX-License-Identifier: MIT
#include "text/token_classes.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/random.h"
#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class TokenClassesTest : public TextTest {
 protected:
  void SetUp() override {
    TextTest::SetUp();
    write("tags", "a\t['X', 'Y']\nb\t['X']\nc\t['Y']\n");
  }
  /// The classes of a text whose vocabulary is its own.
  TokenClasses classes_of(const ClassDefinitions& definitions, const std::string& text) {
    write("text", text);
    vocabulary_ = build_vocabulary(count_words(folder_ / "text", {}));
    ids_ = read_word_ids(folder_ / "text", {}, vocabulary_);
    ClassedText classed;
    classed.ids = ids_;
    classed.vocabulary = &vocabulary_;
    classed.file = "text";
    return classify_tokens(definitions, classed);
  }
  [[nodiscard]] static std::vector<std::string> names_at(const TokenClasses& classes,
                                                         std::size_t position) {
    std::vector<std::string> names;
    for (const int c : classes.signatures[static_cast<std::size_t>(classes.signature[position])]) {
      names.push_back(classes.names[static_cast<std::size_t>(c)]);
    }
    return names;
  }

  Vocabulary vocabulary_;
  std::vector<WordId> ids_;
};

TEST_F(TokenClassesTest, WithoutDefinitionsThereIsOneEmptySignature) {
  const TokenClasses classes = classes_of({}, "a b\n");
  EXPECT_THAT(classes.names, IsEmpty());
  EXPECT_THAT(classes.signatures, ElementsAre(IsEmpty()));
  EXPECT_THAT(classes.signature, ElementsAre(0, 0, 0));
}

TEST_F(TokenClassesTest, PositionsBeginAnewAfterEveryLine) {
  const TokenClasses classes =
      classes_of({{.what = SentencePositions{{2, 4}}}}, "a b c a b\n\nc\nb");
  EXPECT_THAT(classes.names, ElementsAre("position 1", "position 2-3", "position 4+"));
  std::vector<std::string> found;
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    const auto names = names_at(classes, i);
    found.push_back(names.empty() ? "" : names[0].substr(9));
  }
  EXPECT_THAT(found, ElementsAre("1", "2-3", "2-3", "4+", "4+", "", "", "1", "", "1"));
}

TEST_F(TokenClassesTest, PositionsNeedEndsOfSentences) {
  EXPECT_THAT([&] { (void)classes_of({{.what = SentencePositions{{2}}}}, "a b"); },
              ThrowsMessage<DataError>(HasSubstr("text: no <eos> in the text")));
}

TEST_F(TokenClassesTest, ClassesAreInTheOrderOfTheDefinitions) {
  const ClassDefinitions definitions = {
      {.what = WordLists{{{.name = "z", .words = {"a"}}, {.name = "X", .words = {"a", "b"}}}}},
      {.what = LexiconTags{folder_ / "tags"}},
      {.what = CrossedClasses{{"words", "tag"}, 2}}};
  const TokenClasses classes = classes_of(definitions, "a a b\n");
  EXPECT_THAT(classes.names,
              ElementsAre("z", "X", "tag:X", "Y", "z x tag:X", "z x Y", "X x tag:X", "X x Y"));
  EXPECT_THAT(classes.groups, ElementsAre("words", "words", "tag", "tag", "words x tag",
                                          "words x tag", "words x tag", "words x tag"));
  EXPECT_THAT(class_counts(classes), ElementsAre(2, 3, 3, 2, 2, 2, 3, 2));
}

TEST_F(TokenClassesTest, FrequenciesAreCountedInTheTextThatIsNamed) {
  write("other", "b b b b c\n");
  const TokenClasses classes = classes_of(
      {{.what =
            FrequencyBins{.edges = {2}, .text = folder_ / "other", .names = {"rare", "frequent"}}},
       {.what = FrequencyBins{.edges = {2}, .names = {"few", "many"}}, .group = "own"}},
      "a a b c\n");
  EXPECT_THAT(names_at(classes, 0), ElementsAre("rare", "many"));
  EXPECT_THAT(names_at(classes, 2), ElementsAre("frequent", "few"));
  EXPECT_THAT(names_at(classes, 3), ElementsAre("rare", "few"));
  EXPECT_THAT(names_at(classes, 4), IsEmpty());
}

TEST_F(TokenClassesTest, ClassesThatServeForCombinationsOnlyAreLeftOut) {
  const ClassDefinitions definitions = {
      {.what = WordLists{{{.name = "a", .words = {"a"}}, {.name = "b", .words = {"b"}}}},
       .only_crossed = true},
      {.what = SentencePositions{{2}}, .only_crossed = true},
      {.what = CrossedClasses{{"words", "position"}, 2}}};
  const TokenClasses classes = classes_of(definitions, "a a b\na b b\n");
  EXPECT_THAT(classes.names, ElementsAre("a x position 1", "b x position 2+", "other"));
  EXPECT_THAT(class_counts(classes), ElementsAre(2, 3, 1));
  EXPECT_THAT(classes.signatures,
              ElementsAre(ElementsAre(0), ElementsAre(2), ElementsAre(1), IsEmpty()));
}

TEST_F(TokenClassesTest, BadDefinitionsAndFilesAreRefused) {
  EXPECT_THAT([&] { (void)classes_of({{.what = FrequencyBins{0}}}, "a\n"); },
              ThrowsMessage<UsageError>(HasSubstr("0 bins")));
  EXPECT_THAT([&] { (void)classes_of({{.what = LexiconTags{folder_ / "none"}}}, "a\n"); },
              ThrowsMessage<DataError>(HasSubstr("none")));
  EXPECT_THAT(
      [&] {
        (void)classes_of({{.what = FrequencyBins{.bins = 2, .text = folder_ / "none"}}}, "a\n");
      },
      ThrowsMessage<DataError>(HasSubstr("none")));
  EXPECT_THAT(
      [&] {
        (void)classes_of(
            {{.what = LexiconTags{folder_ / "tags"}}, {.what = LexiconTags{folder_ / "tags"}}},
            "a\n");
      },
      ThrowsMessage<UsageError>(HasSubstr("classes 'tag': the class 'X' stands twice")));
}

/// The names of the classes of a word, told one by one without any signature.
class BruteForce {
 public:
  std::set<std::string> operator()(const std::string& word, std::int64_t place, std::int64_t count,
                                   const std::string& token_tag) const {
    std::set<std::string> names;
    std::vector<std::string> tags;
    if (word == "<eos>") return {"<eos>"};
    if (word < "h") tags.emplace_back("early");
    if (word > "e") tags.emplace_back("late");
    names.insert(tags.begin(), tags.end());
    names.insert(token_tag);
    if (word == "a" || word == "k") names.insert("listed");
    if (std::string("aeiou").find(word) != std::string::npos) names.insert("vowel");
    names.insert(place == 1 ? "position 1" : "position 2+");
    const std::string bin = count < 100 ? "rare" : "frequent";
    names.insert(bin);
    for (const std::string& tag : tags) names.insert(tag + " x " + bin);
    return names;
  }
};

TEST_F(TokenClassesTest, CountsExpandedFromSignaturesAreThoseOfBruteForce) {
  RandomStream random(20);
  std::string text;
  std::string conllu;
  std::vector<std::string> token_tags;
  std::string lexicon;
  for (char c = 'a'; c <= 'n'; ++c) {
    lexicon += fmt::format("{}\t[{}{}]\n", c, c < 'h' ? "'early'," : "", c > 'e' ? "'late'" : "");
    if (lexicon.ends_with(",]\n")) lexicon.replace(lexicon.size() - 3, 3, "]\n");
  }
  for (int line = 0; line < 300; ++line) {
    const int words = static_cast<int>(random.below(9));
    for (int i = 0; i < words; ++i) {
      const char word = static_cast<char>('a' + random.below(1 + random.below(14)));
      token_tags.push_back(fmt::format("T{}", random.below(3)));
      text += fmt::format("{} ", word);
      conllu += fmt::format("{}\t{}\t_\t{}\t_\t_\t_\t_\t_\t_\n", i + 1, word, token_tags.back());
    }
    token_tags.emplace_back();
    text += "\n";
    conllu += "\n";
  }
  write("lexicon", lexicon);
  write("conllu", conllu);
  const ClassDefinitions definitions = {
      {.what = LexiconTags{folder_ / "lexicon"}},
      {.what = TokenTags{folder_ / "conllu"}},
      {.what = WordLists{{{.name = "listed", .words = {"a", "k", "z"}}}}},
      {.what = WordPatterns{{{"vowel", "[aeiou]"}}}},
      {.what = SentencePositions{{2}}},
      {.what = FrequencyBins{.edges = {100}, .names = {"rare", "frequent"}}},
      {.what = CrossedClasses{{"tag", "frequency"}}}};
  const TokenClasses classes = classes_of(definitions, text);

  std::map<std::string, std::int64_t> count_of_word;
  for (const WordId id : ids_) ++count_of_word[vocabulary_.word(id)];
  std::map<std::string, std::int64_t> expected;
  std::int64_t place = 0;
  ASSERT_EQ(ids_.size(), token_tags.size());
  for (std::size_t i = 0; i < ids_.size(); ++i) {
    const std::string& word = vocabulary_.word(ids_[i]);
    place = word == "<eos>" ? 0 : place + 1;
    const auto names = BruteForce()(word, place, count_of_word[word], token_tags[i]);
    for (const std::string& name : names) ++expected[name];
    const auto found = names_at(classes, i);
    ASSERT_EQ(std::set<std::string>(found.begin(), found.end()), names) << i;
  }
  std::map<std::string, std::int64_t> counts;
  const auto by_class = class_counts(classes);
  for (std::size_t c = 0; c < by_class.size(); ++c) counts[classes.names[c]] = by_class[c];
  EXPECT_EQ(counts, expected);
  EXPECT_EQ(counts.size(), classes.names.size());

  const std::set<std::vector<int>> distinct(classes.signatures.begin(), classes.signatures.end());
  EXPECT_EQ(distinct.size(), classes.signatures.size());
  for (const auto& members : classes.signatures) {
    EXPECT_TRUE(std::is_sorted(members.begin(), members.end()));
  }
}

TEST_F(TokenClassesTest, PennTreebankHasItsTagsAndBins) {
  const auto folder = penn_treebank();
  if (!folder || !std::filesystem::exists(*folder / "ptb_words+pos.txt")) {
    GTEST_SKIP() << "no Penn Treebank here";
  }
  const Vocabulary vocabulary = build_vocabulary(count_words(*folder / "train.txt", {}));
  const auto ids = read_word_ids(*folder / "valid.txt", {}, vocabulary);
  const ClassDefinitions definitions = {
      {.what = LexiconTags{*folder / "ptb_words+pos.txt",
                           {{"noun", read_tags(*folder / "nouns")}, {"verb", {"VB", "VBD"}}}}},
      {.what = FrequencyBins{.bins = 5, .text = *folder / "train.txt"}},
      {.what = SentencePositions{{2, 3}}},
      {.what = CrossedClasses{{"tag", "frequency"}, 100}}};
  ClassedText text;
  text.ids = ids;
  text.vocabulary = &vocabulary;
  const TokenClasses classes = classify_tokens(definitions, text);
  const auto counts = class_counts(classes);
  ASSERT_EQ(classes.names.size(), counts.size());
  EXPECT_EQ(std::count(classes.groups.begin(), classes.groups.end(), "frequency"), 5);
  std::map<std::string, std::int64_t> of_group;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (classes.groups[c] != "tag") of_group[classes.groups[c]] += counts[c];
    // About a fifth of the words each; one of the most frequent ones is 5 % alone.
    if (classes.groups[c] == "frequency") {
      EXPECT_NEAR(static_cast<double>(counts[c]), 67000 / 5.0, 3000) << classes.names[c];
    }
  }
  EXPECT_EQ(of_group["position"], static_cast<std::int64_t>(ids.size()) -
                                      std::count(ids.begin(), ids.end(), vocabulary.id("<eos>")));
}

}  // namespace
}  // namespace stategrad::text

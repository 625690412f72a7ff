// SPDX-License-Identifier: MIT
#include "text/class_file.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"
#include "text/text_test_util.h"

namespace stategrad::text {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::ThrowsMessage;

class ClassFileTest : public TextTest {
 protected:
  ClassDefinitions read_text(const std::string& content) const {
    write("classes.json", content);
    return read_class_file(folder_ / "classes.json");
  }
  void expect_refused(const std::string& content, const std::string& message) const {
    EXPECT_THAT([&] { (void)read_text(content); },
                ThrowsMessage<DataError>(
                    AllOf(HasSubstr("classes.json: " + message), Not(HasSubstr("\n")))));
  }
  /// The same for a single definition.
  void expect_refused_one(const std::string& definition, const std::string& message) const {
    expect_refused(R"({"classes": [)" + definition + "]}", message);
  }
};

constexpr const char* kEveryKind = R"({
  "version": 1,
  "classes": [
    {"kind": "tags", "file": "words.tags", "classes": {"noun": ["NN", "NNS"], "any": ["VB"]}},
    {"kind": "token-tags", "file": "/deep/text.conllu", "column": "xpos", "group": "xpos"},
    {"kind": "frequency", "bins": 3, "text": "train.txt", "names": ["rare", "middle", "frequent"]},
    {"kind": "frequency", "edges": [10, 100], "group": "edges", "only_crossed": true},
    {"kind": "words", "lists": {"negation": ["not", "no"], "names": "names.txt"}},
    {"kind": "position", "edges": [2, 3]},
    {"kind": "regex", "patterns": {"ing": "ing$"}},
    {"kind": "cross", "groups": ["tag", "edges"], "min_count": 100}
  ]
})";

TEST_F(ClassFileTest, EveryKindIsRead) {
  const ClassDefinitions all = read_text(kEveryKind);
  ASSERT_EQ(all.size(), 8U);
  const auto& tags = std::get<LexiconTags>(all[0].what);
  EXPECT_EQ(tags.file, folder_ / "words.tags");
  EXPECT_THAT(tags.classes,
              ElementsAre(WordClass{"any", {"VB"}}, WordClass{"noun", {"NN", "NNS"}}));
  const auto& token_tags = std::get<TokenTags>(all[1].what);
  EXPECT_EQ(token_tags.file, "/deep/text.conllu");
  EXPECT_EQ(token_tags.column, TagColumn::kLanguage);
  EXPECT_THAT(token_tags.classes, IsEmpty());
  EXPECT_EQ(all[1].group, "xpos");
  const auto& bins = std::get<FrequencyBins>(all[2].what);
  EXPECT_EQ(bins.bins, 3);
  EXPECT_EQ(bins.text, folder_ / "train.txt");
  EXPECT_THAT(bins.names, ElementsAre("rare", "middle", "frequent"));
  EXPECT_FALSE(all[2].only_crossed);
  const auto& edges = std::get<FrequencyBins>(all[3].what);
  EXPECT_THAT(edges.edges, ElementsAre(10, 100));
  EXPECT_EQ(edges.bins, 0);
  EXPECT_TRUE(edges.text.empty());
  EXPECT_TRUE(all[3].only_crossed);
  const auto& lists = std::get<WordLists>(all[4].what).lists;
  ASSERT_EQ(lists.size(), 2U);
  EXPECT_EQ(lists[0].name, "names");
  EXPECT_EQ(lists[0].file, folder_ / "names.txt");
  EXPECT_THAT(lists[1].words, ElementsAre("not", "no"));
  EXPECT_TRUE(lists[1].file.empty());
  EXPECT_THAT(std::get<SentencePositions>(all[5].what).edges, ElementsAre(2, 3));
  EXPECT_EQ(std::get<WordPatterns>(all[6].what).patterns[0].pattern, "ing$");
  EXPECT_THAT(std::get<CrossedClasses>(all[7].what).groups, ElementsAre("tag", "edges"));
  EXPECT_EQ(std::get<CrossedClasses>(all[7].what).min_count, 100);
}

TEST_F(ClassFileTest, WhatIsNoJsonIsNamedWithItsLine) {
  expect_refused("{\n\"classes\": [\n}", "line 3: this is no JSON");
  expect_refused("", "line 1: the JSON ends too early");
  expect_refused(R"({"version": 1e999})", "a number that is too large");
  expect_refused(std::string(1000, '['), "values within values to too many levels");
  expect_refused("{\"a\xff\": 1}", "line 1");
  expect_refused("[]", "[] where an object was expected");
  expect_refused(R"({"classes": [], "classes": []})", "the field \"classes\" stands twice");
  EXPECT_THAT([&] { (void)read_class_file(folder_ / "none"); },
              ThrowsMessage<DataError>(HasSubstr("none")));
  EXPECT_THAT([&] { (void)read_class_file(folder_); },
              ThrowsMessage<DataError>(HasSubstr("is a directory")));
}

TEST_F(ClassFileTest, EveryTruncationIsFound) {
  const std::string whole = kEveryKind;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    expect_refused(whole.substr(0, length), "line ");
  }
}

TEST_F(ClassFileTest, UnknownFieldsAreNamedWithTheNearestKnownOne) {
  expect_refused(R"({"clases": []})", "clases: no such field, did you mean 'classes'?");
  expect_refused(R"({})", "classes: a list of definitions was expected");
  expect_refused(R"({"classes": []})", "classes: a list of definitions was expected");
  expect_refused(R"({"version": 2, "classes": []})", "version: 2 where an integer from 1 to 1");
  expect_refused_one(R"({"kind": "freqency"})",
                     "classes[0].kind: 'freqency' is no kind of classes, the nearest one is "
                     "'frequency'");
  expect_refused_one(R"({"kind": "frequency", "bin": 3})",
                     "classes[0].bin: no such field, did you mean 'bins'?");
  expect_refused_one(R"({"bins": 3})", "classes[0].kind: this field is missing");
  expect_refused_one("3", "classes[0]: 3 where an object was expected");
}

TEST_F(ClassFileTest, ValuesThatAreNotAllowedAreNamed) {
  expect_refused_one(R"({"kind": "frequency", "bins": 0})",
                     "classes[0].bins: 0 where an integer from 1 to 1000");
  expect_refused_one(R"({"kind": "frequency"})", "classes[0].bins: this field is missing");
  expect_refused_one(R"({"kind": "frequency", "bins": 2, "edges": [3]})",
                     "classes[0].edges: give a number of bins or edges");
  expect_refused_one(R"({"kind": "frequency", "edges": []})",
                     "classes[0].edges: the list is empty");
  expect_refused_one(R"({"kind": "frequency", "edges": [1.5]})",
                     "classes[0].edges: a list of whole numbers");
  expect_refused_one(R"({"kind": "frequency", "edges": [18446744073709551615]})",
                     "classes[0].edges: a list of whole numbers");
  expect_refused_one(R"({"kind": "position", "edges": 3})",
                     "classes[0].edges: a list was expected");
  expect_refused_one(R"({"kind": "position"})", "classes[0].edges: this field is missing");
  expect_refused_one(R"({"kind": "position", "edges": [3, 3]})", "classes 'position': the edges");
  expect_refused_one(R"({"kind": "tags", "file": ""})", "classes[0].file: a path was expected");
  expect_refused_one(R"({"kind": "tags"})", "classes[0].file: this field is missing");
  expect_refused_one(R"({"kind": "tags", "file": "f", "classes": {"a": [1]}})",
                     "classes[0].classes.a: a list of texts");
  expect_refused_one(R"({"kind": "token-tags", "file": "f", "column": "lemma"})",
                     "classes[0].column: 'lemma' where 'upos' or 'xpos'");
  expect_refused_one(R"({"kind": "words", "lists": {"a": []}})",
                     "classes 'words': the list 'a' has no words");
  expect_refused_one(R"({"kind": "words", "lists": {"a": ["x"], "a": ["y"]}})",
                     "the field \"a\" stands twice");
  expect_refused_one(R"({"kind": "regex", "patterns": {"a": "("}})",
                     "classes 'regex': 'a': '(' is no regular expression");
  expect_refused_one(R"({"kind": "regex", "patterns": {"a": 1}})",
                     "classes[0].patterns.a: 1 where a text");
  expect_refused_one(R"({"kind": "cross", "groups": ["tag", "frequency"]})",
                     "classes 'tag x frequency': there is no group 'tag'");
  expect_refused_one(R"({"kind": "cross", "groups": ["a", "b"], "min_count": 0})",
                     "classes[0].min_count: 0 where an integer from 1");
  expect_refused_one(R"({"kind": "position", "edges": [2], "only_crossed": 1})",
                     "classes[0].only_crossed: 1 where true or false");
}

}  // namespace
}  // namespace stategrad::text

// SPDX-License-Identifier: MIT
#include "text/class_definitions.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

void expect_refused(const ClassDefinitions& definitions, const std::string& message) {
  EXPECT_THAT([&] { check(definitions); }, ThrowsMessage<UsageError>(HasSubstr(message)));
}

TEST(ClassDefinitions, GroupsHaveANameUnlessTheyAreGivenOne) {
  EXPECT_EQ(group_of({.what = LexiconTags{"tags"}}), "tag");
  EXPECT_EQ(group_of({.what = TokenTags{"tags"}}), "token-tag");
  EXPECT_EQ(group_of({.what = FrequencyBins{3}}), "frequency");
  EXPECT_EQ(group_of({.what = WordLists{}}), "words");
  EXPECT_EQ(group_of({.what = SentencePositions{{2}}}), "position");
  EXPECT_EQ(group_of({.what = WordPatterns{}}), "regex");
  EXPECT_EQ(group_of({.what = CrossedClasses{{"tag", "frequency"}}}), "tag x frequency");
  EXPECT_EQ(group_of({.what = FrequencyBins{3}, .group = "mine"}), "mine");
}

TEST(ClassDefinitions, RangesCoverAllNumbers) {
  EXPECT_THAT(range_names("count", 0, {10, 100}),
              ElementsAre("count 0-9", "count 10-99", "count 100+"));
  EXPECT_THAT(range_names("position", 1, {2, 3, 6}),
              ElementsAre("position 1", "position 2", "position 3-5", "position 6+"));
  EXPECT_THAT(range_names("count", 0, {}), ElementsAre("count 0+"));
  EXPECT_EQ(range_of({10, 100}, 0), 0);
  EXPECT_EQ(range_of({10, 100}, 9), 0);
  EXPECT_EQ(range_of({10, 100}, 10), 1);
  EXPECT_EQ(range_of({10, 100}, 100), 2);
}

TEST(ClassDefinitions, GoodOnesPass) {
  EXPECT_NO_THROW(check({{.what = FrequencyBins{.bins = 2, .names = {"rare", "frequent"}}},
                         {.what = WordLists{{{.name = "a", .words = {"x"}}}}},
                         {.what = SentencePositions{{2}}},
                         {.what = CrossedClasses{{"frequency", "words", "position"}}}}));
}

TEST(ClassDefinitions, BinsAndEdgesOutOfRangeAreRefused) {
  expect_refused({{.what = FrequencyBins{0}}}, "classes 'frequency': 0 bins: 1 to 1000");
  expect_refused({{.what = FrequencyBins{1001}}}, "1001 bins");
  expect_refused({{.what = FrequencyBins{2, {10}}}}, "not both");
  expect_refused({{.what = FrequencyBins{0, {10, 10}}}}, "the edges are 10,10: rising numbers");
  expect_refused({{.what = FrequencyBins{0, {0}}}}, "rising numbers from 1 were expected");
  expect_refused({{.what = FrequencyBins{.bins = 3, .names = {"a"}}}}, "1 names for 3 bins");
  expect_refused({{.what = FrequencyBins{.bins = 2, .names = {"a", "a"}}}}, "'a' stands twice");
  expect_refused({{.what = SentencePositions{}}}, "classes 'position': no edges");
  expect_refused({{.what = SentencePositions{{1, 2}}}}, "rising numbers from 2 were expected");
}

TEST(ClassDefinitions, ListsWithoutNamesOrContentAreRefused) {
  expect_refused({{.what = WordLists{}}}, "no lists of words");
  expect_refused({{.what = WordLists{{{.name = "x"}}}}}, "the list 'x' has no words");
  expect_refused({{.what = WordLists{{{.name = "", .words = {"a"}}}}}}, "empty name");
  expect_refused({{.what = WordLists{{{.name = "x", .file = "a"}, {.name = "x", .file = "b"}}}}},
                 "classes 'words': the class 'x' stands twice");
  expect_refused({{.what = LexiconTags{""}}}, "classes 'tag': no file");
  expect_refused({{.what = TokenTags{.file = "f", .classes = {{"noun", {}}}}}},
                 "classes 'token-tag': the class 'noun' has no tags");
  expect_refused({{.what = WordPatterns{}}}, "no regular expressions");
  expect_refused({{.what = WordPatterns{{{"ing", "(ing"}}}}},
                 "classes 'regex': 'ing': '(ing' is no regular expression");
}

TEST(ClassDefinitions, AGroupWithTheNameOfAllWordsIsRefused) {
  expect_refused({{.what = FrequencyBins{2}, .group = "all"}},
                 "classes 'all': the name of a group");
}

TEST(ClassDefinitions, OnlyGroupsBeforeCanBeCombined) {
  const ClassDefinition bins{.what = FrequencyBins{2}};
  expect_refused({bins, {.what = CrossedClasses{{"frequency"}}}}, "two or more groups");
  expect_refused({bins, {.what = CrossedClasses{{"frequency", "frequency"}}}}, "with itself");
  expect_refused({bins, {.what = CrossedClasses{{"frequency", "tag"}}}},
                 "there is no group 'tag' before it: there are frequency");
  expect_refused({bins, {.what = CrossedClasses{{"frequency", "freqency"}}}},
                 "did you mean 'frequency'?");
  expect_refused({{.what = CrossedClasses{{"frequency", "tag"}}}, bins},
                 "there is no group 'frequency' before it");
  expect_refused({bins,
                  {.what = SentencePositions{{2}}},
                  {.what = CrossedClasses{{"frequency", "position"}, 0}}},
                 "the minimum count is 0");
}

}  // namespace
}  // namespace stategrad::text

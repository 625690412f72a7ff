// SPDX-License-Identifier: MIT
#include "text/signature_builder.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

/// Ends a definition of disjoint classes: codes are numbers of classes, the last one is no class.
void add(SignatureBuilder& builder, const std::string& group, const std::vector<std::string>& names,
         const std::vector<int>& codes, bool hidden = false) {
  ClassSets sets(names);
  for (int c = 0; c < static_cast<int>(names.size()); ++c) (void)sets.code({c});
  (void)sets.code({});
  for (const int code : codes) builder.give(code);
  builder.end(group, sets, hidden);
}

TEST(SignatureBuilder, WithoutDefinitionsAllPositionsHaveNoClass) {
  const TokenClasses classes = SignatureBuilder(3).take();
  EXPECT_THAT(classes.names, IsEmpty());
  EXPECT_THAT(classes.signatures, ElementsAre(IsEmpty()));
  EXPECT_THAT(classes.signature, ElementsAre(0, 0, 0));
}

TEST(SignatureBuilder, EveryDefinitionSplitsTheSignatures) {
  SignatureBuilder builder(5);
  add(builder, "tag", {"N", "V"}, {0, 1, 2, 0, 0});
  add(builder, "length", {"short"}, {0, 0, 0, 1, 0});
  const TokenClasses classes = builder.take();
  EXPECT_THAT(classes.names, ElementsAre("N", "V", "short"));
  EXPECT_THAT(classes.groups, ElementsAre("tag", "tag", "length"));
  EXPECT_THAT(classes.signatures,
              ElementsAre(ElementsAre(0, 2), ElementsAre(1, 2), ElementsAre(2), ElementsAre(0)));
  EXPECT_THAT(classes.signature, ElementsAre(0, 1, 2, 3, 0));
  EXPECT_THAT(signatures_of_classes(classes),
              ElementsAre(ElementsAre(0, 3), ElementsAre(1), ElementsAre(0, 1, 2)));
  EXPECT_THAT(signature_counts(classes), ElementsAre(2, 1, 1, 1));
  EXPECT_THAT(class_counts(classes), ElementsAre(3, 1, 4));
}

TEST(SignatureBuilder, CombinationsThatOccurAreClassesAndRareOnesAreOther) {
  SignatureBuilder builder(6);
  add(builder, "tag", {"N", "V"}, {0, 0, 0, 1, 1, 2});
  add(builder, "bin", {"rare", "frequent"}, {0, 0, 1, 1, 1, 0});
  builder.cross("tag x bin", {.groups = {"tag", "bin"}, .min_count = 2}, false);
  const TokenClasses classes = builder.take();
  EXPECT_THAT(classes.names,
              ElementsAre("N", "V", "rare", "frequent", "N x rare", "V x frequent", "other"));
  EXPECT_EQ(classes.groups[6], "tag x bin");
  EXPECT_THAT(class_counts(classes), ElementsAre(3, 2, 3, 3, 2, 2, 1));
}

TEST(SignatureBuilder, OverlappingClassesAreCombinedEachWithEach) {
  SignatureBuilder builder(1);
  ClassSets tags({"N", "V"});
  builder.give(tags.code({0, 1}));
  builder.end("tag", tags, false);
  add(builder, "bin", {"rare"}, {0});
  builder.cross("both", {.groups = {"bin", "tag"}}, false);
  const TokenClasses classes = builder.take();
  EXPECT_THAT(classes.names, ElementsAre("N", "V", "rare", "rare x N", "rare x V"));
  EXPECT_THAT(classes.signatures, ElementsAre(ElementsAre(0, 1, 2, 3, 4)));
}

TEST(SignatureBuilder, HiddenClassesLeaveAndSignaturesThatBecomeEqualAreOne) {
  SignatureBuilder builder(4);
  add(builder, "tag", {"N", "V"}, {0, 1, 0, 1}, true);
  add(builder, "bin", {"rare", "frequent"}, {0, 0, 1, 1}, true);
  builder.cross("cross", {.groups = {"tag", "bin"}, .min_count = 1}, true);
  builder.cross("again", {.groups = {"tag", "bin"}, .min_count = 2}, false);
  add(builder, "last", {"end"}, {1, 1, 1, 0});
  const TokenClasses classes = builder.take();
  EXPECT_THAT(classes.names, ElementsAre("other", "end"));
  EXPECT_THAT(classes.groups, ElementsAre("again", "last"));
  EXPECT_THAT(classes.signatures, ElementsAre(ElementsAre(0), ElementsAre(0, 1)));
  EXPECT_THAT(classes.signature, ElementsAre(0, 0, 0, 1));
}

TEST(SignatureBuilder, NamesOfEarlierGroupsAreTold) {
  SignatureBuilder builder(1);
  add(builder, "tag", {"NN", "x"}, {0});
  add(builder, "token-tag", {"NN"}, {0});
  EXPECT_THAT([&] { add(builder, "tag", {"x"}, {0}); },
              ThrowsMessage<UsageError>(HasSubstr("classes 'tag': the class 'x' stands twice")));
  SignatureBuilder other(1);
  add(other, "tag", {"NN"}, {0});
  add(other, "token-tag", {"NN"}, {0});
  EXPECT_THAT(other.take().names, ElementsAre("NN", "token-tag:NN"));
}

TEST(SignatureBuilder, TheNameOfAllWordsIsTold) {
  SignatureBuilder builder(1);
  add(builder, "words", {"all", "x"}, {0});
  EXPECT_THAT(builder.take().names, ElementsAre("words:all", "x"));
}

}  // namespace
}  // namespace stategrad::text

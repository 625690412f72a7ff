// SPDX-License-Identifier: MIT
#include "stategrad/vocabulary.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad {
namespace {

TEST(Vocabulary, IdsArePlacesInTheList) {
  const Vocabulary vocabulary({"the", "cat", "<unk>"});
  EXPECT_EQ(vocabulary.size(), 3);
  EXPECT_EQ(vocabulary.word(1), "cat");
  EXPECT_EQ(vocabulary.find("cat"), 1);
  EXPECT_EQ(vocabulary.find("dog"), std::nullopt);
}

TEST(Vocabulary, OtherWordsAreUnknown) {
  EXPECT_EQ(Vocabulary({"the", "<unk>"}).id("dog"), 1);
  EXPECT_EQ(Vocabulary({"the", "<UNK>"}).id("dog"), 1);
  EXPECT_THROW((void)Vocabulary({"the"}).id("dog"), UsageError);
}

TEST(Vocabulary, RefusesRepeatsAndEmptyWords) {
  EXPECT_THROW(Vocabulary({"a", "b", "a"}), UsageError);
  EXPECT_THROW(Vocabulary({"a", ""}), UsageError);
}

TEST(Vocabulary, RefusesIdsOutsideTheList) {
  const Vocabulary vocabulary({"a"});
  EXPECT_THROW((void)vocabulary.word(1), UsageError);
  EXPECT_THROW((void)vocabulary.word(-1), UsageError);
}

}  // namespace
}  // namespace stategrad

// SPDX-License-Identifier: MIT
#include "text/tag_classes.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

std::vector<int> classes_of(TagClasses& tags, std::string_view tag) {
  std::vector<int> classes;
  tags.add_classes(tag, classes);
  return classes;
}

TEST(TagClasses, EveryTagIsAClassUnlessClassesAreGiven) {
  ClassSets sets;
  TagClasses tags({}, sets);
  EXPECT_THAT(classes_of(tags, "NN"), ElementsAre(0));
  EXPECT_THAT(classes_of(tags, "VB"), ElementsAre(1));
  EXPECT_THAT(classes_of(tags, "NN"), ElementsAre(0));
  EXPECT_THAT(sets.names(), ElementsAre("NN", "VB"));
}

TEST(TagClasses, TagsBelongToAllClassesThatNameThem) {
  ClassSets sets;
  TagClasses tags({{"noun", {"NN", "NNS"}}, {"plural", {"NNS"}}}, sets);
  EXPECT_THAT(classes_of(tags, "NNS"), ElementsAre(0, 1));
  EXPECT_THAT(classes_of(tags, "NN"), ElementsAre(0));
  EXPECT_THAT(classes_of(tags, "VB"), IsEmpty());
}

TEST(TagClasses, ClassesWithoutAKnownTagAreRefused) {
  EXPECT_NO_THROW(require_known_tags({{"noun", {"NN", "XX"}}}, {"NN", "VB"}, "file"));
  EXPECT_THAT(
      [] {
        require_known_tags({{"noun", {"NNPT"}}}, {"NNPS", "VB"}, "file");
      },
      ThrowsMessage<DataError>(
          HasSubstr("file: no word has a tag of the class 'noun' (NNPT), did you mean 'NNPS'?")));
}

}  // namespace
}  // namespace stategrad::text

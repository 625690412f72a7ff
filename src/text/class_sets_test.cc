// SPDX-License-Identifier: MIT
#include "text/class_sets.h"

#include <gmock/gmock.h>

namespace stategrad::text {
namespace {

using testing::ElementsAre;

TEST(ClassSets, EqualSetsHaveOneCode) {
  ClassSets sets({"a", "b", "c"});
  EXPECT_EQ(sets.code({2, 0}), 0);
  EXPECT_EQ(sets.code({}), 1);
  EXPECT_EQ(sets.code({0, 2, 2}), 0);
  EXPECT_THAT(sets.sets(), ElementsAre(ElementsAre(0, 2), ElementsAre()));
}

TEST(ClassSets, SortingRenamesTheMembersOfSetsAndKeepsTheirCodes) {
  ClassSets sets;
  const int verb = sets.add_class("verb");
  const int noun = sets.add_class("noun");
  const int both = sets.code({verb, noun});
  const int only_verb = sets.code({verb});
  sets.sort_names();
  EXPECT_THAT(sets.names(), ElementsAre("noun", "verb"));
  EXPECT_THAT(sets.sets()[static_cast<std::size_t>(both)], ElementsAre(0, 1));
  EXPECT_THAT(sets.sets()[static_cast<std::size_t>(only_verb)], ElementsAre(1));
  EXPECT_EQ(sets.code({1}), only_verb);
}

}  // namespace
}  // namespace stategrad::text

// SPDX-License-Identifier: MIT
#include "report/evaluation_choices.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Architecture shape(int size, int embedding_size) {
  Architecture made;
  made.size = size;
  made.embedding_size = embedding_size;
  return made;
}

TEST(EvaluationChoices, ASubspaceHasFiveDirectionsOrAsManyAsThereAre) {
  EXPECT_EQ(subspace_size({}, shape(256, 64)), 5);
  EXPECT_EQ(subspace_size({}, shape(3, 64)), 3);
  EXPECT_EQ(subspace_size({.subspace = 64}, shape(256, 64)), 64);
  EXPECT_THAT([] { return subspace_size({.subspace = 65}, shape(256, 64)); },
              ThrowsMessage<UsageError>(HasSubstr("--subspace 65: a number from 1 to 64")));
}

TEST(EvaluationChoices, AreCheckedBeforeThereAreSums) {
  const std::vector<std::string> classes = {"NN", "VB"};
  check({.differences = {"NN-VB"}}, classes, shape(8, 4), {});
  EXPECT_THAT([&] { check({.differences = {"NN-JJ"}}, classes, shape(8, 4), {}); },
              ThrowsMessage<UsageError>(HasSubstr("classes are 'all', 'NN', 'VB'")));
  EXPECT_THROW(check({.subspace = 5}, classes, shape(8, 4), {}), UsageError);
  EXPECT_THROW(check({.whitening = {.shrinkage = 0.5}}, classes, shape(8, 4), {}), UsageError);
}

}  // namespace
}  // namespace stategrad::report

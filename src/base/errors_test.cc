// SPDX-License-Identifier: MIT
#include "stategrad/errors.h"

#include <gtest/gtest.h>

namespace stategrad {
namespace {

TEST(DataError, SaysFilePlaceAndMessage) {
  const DataError error("data/train.txt", "line 12", "a NUL character");
  EXPECT_STREQ(error.what(), "data/train.txt: line 12: a NUL character");
  EXPECT_EQ(error.file(), "data/train.txt");
  EXPECT_EQ(error.place(), "line 12");
}

TEST(DataError, LeavesOutAnEmptyPlace) {
  EXPECT_STREQ(DataError("model", "", "is missing").what(), "model: is missing");
}

template <class Thrown>
class EveryError : public testing::Test {};
using Kinds = testing::Types<UsageError, NumericalError, ResourceError, Interrupted, InternalError>;
TYPED_TEST_SUITE(EveryError, Kinds);

TYPED_TEST(EveryError, IsCaughtAsAnErrorWithItsMessage) {
  try {
    throw TypeParam("size is 0");
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "size is 0");
  }
}

}  // namespace
}  // namespace stategrad

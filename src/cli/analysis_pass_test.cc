// SPDX-License-Identifier: MIT
#include "cli/analysis_pass.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Shard, IsANumberOfANumber) {
  EXPECT_EQ(parse_shard("2/5").number, 2);
  EXPECT_EQ(parse_shard("2/5").of, 5);
}

TEST(Shard, OtherTextsAreRefused) {
  for (const char* text : {"", "2", "2/", "/5", "0/5", "6/5", "2/5x", "2 /5", "-1/5", "1/0",
                           "99999999999999999999/5"}) {
    EXPECT_THAT([&] { static_cast<void>(parse_shard(text)); },
                ThrowsMessage<UsageError>(HasSubstr("--shard '" + std::string(text) + "'")));
  }
}

TEST(Shard, StretchesCoverTheTextOnce) {
  std::int64_t next = 0;
  for (int i = 1; i <= 7; ++i) {
    const auto [first, last] = sources_of({.number = i, .of = 7}, 100);
    EXPECT_EQ(first, next);
    EXPECT_THAT(last - first, testing::AllOf(testing::Ge(14), testing::Le(15)));
    next = last;
  }
  EXPECT_EQ(next, 100);
}

TEST(Shard, MoreThanWordsAreRefused) {
  EXPECT_THAT([] { static_cast<void>(sources_of({.number = 1, .of = 8}, 7)); },
              ThrowsMessage<UsageError>(HasSubstr("7 words only")));
}

}  // namespace
}  // namespace stategrad::cli

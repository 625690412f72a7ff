// SPDX-License-Identifier: MIT
#include "text/windows.h"

#include <gmock/gmock.h>

#include <numeric>

#include "stategrad/errors.h"

namespace stategrad::text {
namespace {

using testing::ElementsAre;

std::vector<WordId> counting(int n) {
  std::vector<WordId> ids(static_cast<std::size_t>(n));
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

TEST(Windows, RowsAreContiguousPartsOfTheText) {
  const auto ids = counting(20);
  const Windows windows(ids, 2, 3, "text");
  EXPECT_EQ(windows.count(), 2);  // 10 columns make 3 windows of 3, less one
  std::vector<WordId> out(6);
  windows.inputs(0, out);
  EXPECT_THAT(out, ElementsAre(0, 10, 1, 11, 2, 12));
  windows.targets(0, out);
  EXPECT_THAT(out, ElementsAre(1, 11, 2, 12, 3, 13));
  windows.inputs(1, out);
  EXPECT_THAT(out, ElementsAre(3, 13, 4, 14, 5, 15));
}

TEST(Windows, DropsTheRest) {
  for (const int n : {20, 21}) {
    const auto ids = counting(n);
    const Windows windows(ids, 2, 3, "text");
    std::vector<WordId> out(6);
    windows.targets(windows.count() - 1, out);
    EXPECT_THAT(out, ElementsAre(4, 14, 5, 15, 6, 16));
  }
}

TEST(Windows, SingleWordsArePredictedAllButTheFirst) {
  const auto ids = counting(7);
  EXPECT_EQ(Windows(ids, 1, 1, "text").count(), 6);
}

TEST(Windows, TextOfLessThanOneWindowIsRefused) {
  const auto ids = counting(11);
  EXPECT_NO_THROW(Windows(ids, 1, 5, "text"));
  EXPECT_THROW(Windows(ids, 1, 6, "text"), DataError);
  EXPECT_THROW(Windows(ids, 3, 2, "text"), DataError);
  EXPECT_THROW(Windows({}, 1, 1, "text"), DataError);
  EXPECT_THROW(Windows(ids, 0, 1, "text"), UsageError);
}

}  // namespace
}  // namespace stategrad::text

// SPDX-License-Identifier: MIT
#include "report/whitening_choice.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

sinks::ClassStatistics small() {
  sinks::ClassStatistics head;
  head.run.architecture.vocab_size = 4;
  head.run.max_delay = 2;
  head.words = {0, 3};
  head.word_sums.push_back({.count = {7, 6, 2, 1}, .norm = {}, .squared_norm = {}});
  return head;
}

TEST(WhiteningChoice, NamesReadBack) {
  for (const char* name : {"types", "frequency", "shrunk", "zca"}) {
    EXPECT_EQ(to_string(parse_whitening_kind(name)), name);
  }
  EXPECT_THAT([] { return parse_whitening_kind("round"); },
              ThrowsMessage<UsageError>(HasSubstr("--whitening 'round'")));
}

TEST(WhiteningChoice, TheDefaultIsTheOriginals) {
  const auto options = whitening_options({}, small());
  EXPECT_TRUE(options.weights.empty());
  EXPECT_EQ(options.shrinkage, analysis::Shrinkage::kNone);
  EXPECT_EQ(options.root, analysis::WhiteningRoot::kCholesky);
}

TEST(WhiteningChoice, FrequencyWeighsByTheCountsOfTheText) {
  const auto options = whitening_options({.kind = WhiteningKind::kFrequency}, small());
  EXPECT_THAT(options.weights, ElementsAre(7, 0, 0, 2));
}

TEST(WhiteningChoice, ShrinkageIsEstimatedUnlessItIsGiven) {
  EXPECT_EQ(whitening_options({.kind = WhiteningKind::kShrunk}, small()).shrinkage,
            analysis::Shrinkage::kEstimated);
  const auto given = whitening_options({.kind = WhiteningKind::kZca, .shrinkage = 0.25}, small());
  EXPECT_EQ(given.shrinkage, analysis::Shrinkage::kGiven);
  EXPECT_EQ(given.lambda, 0.25);
  EXPECT_EQ(given.root, analysis::WhiteningRoot::kSymmetric);
}

TEST(WhiteningChoice, ShrinkageOutOfRangeOrOfTypesIsRefused) {
  EXPECT_THAT([] { check({.kind = WhiteningKind::kShrunk, .shrinkage = 1.5}); },
              ThrowsMessage<UsageError>(HasSubstr("--shrinkage 1.5")));
  EXPECT_THAT([] { check({.shrinkage = 0.5}); },
              ThrowsMessage<UsageError>(HasSubstr("--whitening shrunk")));
}

}  // namespace
}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "sinks/statistics_sums.h"

#include "sinks/h5_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class Sums : public H5Test {
 protected:
  [[nodiscard]] Statistics add(const std::vector<GradientOptions>& passes, int blocks = 4) const {
    StatisticsSums sums(provenance(), blocks);
    for (const GradientOptions& options : passes) run(options, sums);
    return sums.take();
  }
  static GradientOptions of(GradientOptions options, std::vector<std::int64_t> sources) {
    options.sources = std::move(sources);
    return options;
  }
};

void expect_near(const Statistics& a, const Statistics& b) {
  ASSERT_EQ(a.states.size(), b.states.size());
  for (std::size_t s = 0; s < a.states.size(); ++s) {
    EXPECT_EQ(a.states[s].count, b.states[s].count);
    ASSERT_EQ(a.states[s].sum.size(), b.states[s].sum.size());
    for (std::size_t i = 0; i < a.states[s].sum.size(); ++i) {
      ASSERT_NEAR(a.states[s].sum[i], b.states[s].sum[i], 1e-13);
    }
    for (std::size_t i = 0; i < a.states[s].count.size(); ++i) {
      ASSERT_NEAR(a.states[s].squared_norm[i], b.states[s].squared_norm[i], 1e-13);
    }
  }
}

TEST_F(Sums, OfTwoPartsOfTheSourcesAreThoseOfAll) {
  for (const GradientOptions& options : {continuous(), windowed()}) {
    const auto words = options.windowed ? 28 : 40;
    std::vector<std::int64_t> even;
    std::vector<std::int64_t> odd;
    for (std::int64_t source = 0; source < words; ++source) {
      (source % 2 == 0 ? even : odd).push_back(source);
    }
    const Statistics parts = add({of(options, even), of(options, odd)});
    EXPECT_THAT(parts.run.sources, IsEmpty()) << "together they are all";
    expect_near(parts, add({options}));
  }
}

TEST_F(Sums, SourcesOfSeveralPassesAreListedRising) {
  const Statistics sums = add({of(continuous(), {5, 30}), of(continuous(), {2, 17})});
  EXPECT_EQ(sums.run.sources, (std::vector<std::int64_t>{2, 5, 17, 30}));
  expect_near(sums, add({of(continuous(), {2, 5, 17, 30})}));
}

TEST_F(Sums, BelongToTheBlockOfTheirSource) {
  // Position 9 is the last of block 0 of four; its gradients reach positions of block 1.
  const Statistics sums = add({of(continuous(), {9})});
  for (std::size_t delay = 0; delay < 6; ++delay) {
    EXPECT_EQ(sums.states[0].count[4 * delay], 1);
    EXPECT_EQ(sums.states[0].count[4 * delay + 1], 0);
    const double* of_block = sums.states[0].sum.data() + (4 * delay + 1) * 15;
    EXPECT_THAT(std::span(of_block, 3 * 15), Each(0.0));
  }
}

TEST_F(Sums, BlocksOfEqualLengthCoverTheText) {
  for (const auto& [words, blocks] : {std::pair{40, 4}, {41, 10}, {7, 7}, {100, 3}}) {
    std::vector<int> length(static_cast<std::size_t>(blocks));
    int last = 0;
    for (int source = 0; source < words; ++source) {
      const int block = block_of(source, words, blocks);
      EXPECT_TRUE(block == last || block == last + 1);
      last = block;
      ++length[static_cast<std::size_t>(block)];
    }
    for (const int one : length) {
      EXPECT_TRUE(one == words / blocks || one == words / blocks + 1) << words << " " << blocks;
    }
  }
}

TEST_F(Sums, OverBlocksAreThoseOfOneBlock) {
  const Statistics many = add({continuous()}, 7);
  const Statistics one = add({continuous()}, 1);
  for (int delay = 0; delay < 6; ++delay) {
    const DelaySums total = sums_over_blocks(many.states[0], 7, delay);
    const DelaySums whole = sums_over_blocks(one.states[0], 1, delay);
    EXPECT_EQ(total.count, whole.count);
    EXPECT_NEAR(total.squared_norm, whole.squared_norm, 1e-13);
    for (std::size_t i = 0; i < 15; ++i) EXPECT_NEAR(total.sum[i], whole.sum[i], 1e-13);
  }
}

TEST_F(Sums, OfAnotherPassAreRefused) {
  StatisticsSums sums(provenance(), 4);
  run(continuous(), sums);
  GradientOptions other = continuous();
  other.max_delay = 5;
  EXPECT_THAT([&] { sums.begin(plan(other)); }, ThrowsMessage<UsageError>(HasSubstr("delays")));
  GradientRun text = plan(continuous());
  text.text = text.text.subspan(1);
  EXPECT_THROW(sums.begin(text), UsageError);
}

TEST_F(Sums, NeedABlockAndMemory) {
  EXPECT_THAT([&] { StatisticsSums(provenance(), 0); },
              ThrowsMessage<UsageError>(HasSubstr("0 blocks")));
  GradientRun huge = plan(continuous());
  huge.max_delay = 2'000'000'000;
  huge.rows = 1'000'000;
  StatisticsSums sums(provenance(), 4);
  EXPECT_THAT([&] { sums.begin(huge); },
              ThrowsMessage<ResourceError>(AllOf(HasSubstr("4 blocks"), HasSubstr("fewer"))));
}

}  // namespace
}  // namespace stategrad::sinks

// SPDX-License-Identifier: MIT
#include "sinks/class_merge.h"

#include <numeric>

#include "sinks/class_test_util.h"
#include "sinks/statistics_sums.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class MergeOf : public ClassSumsTest {
 protected:
  /// Positions first..last-1 of the text.
  static std::vector<std::int64_t> stretch(std::int64_t first, std::int64_t last) {
    std::vector<std::int64_t> sources(static_cast<std::size_t>(last - first));
    std::iota(sources.begin(), sources.end(), first);
    return sources;
  }
  void merge(const std::vector<std::filesystem::path>& files) const {
    merge_class_statistics(files, false, nullptr, folder_ / "merged.h5");
  }
};

void expect_same_sums(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-12);
}

TEST_F(MergeOf, ShardsIsOnePassToRounding) {
  // The second shard begins in the middle of a block.
  merge(
      {file_of("a", stretch(0, 13)), file_of("b", stretch(13, 14)), file_of("c", stretch(14, 40))});
  const ClassStatisticsReader whole(file_of("whole"));
  const ClassStatisticsReader merged(folder_ / "merged.h5");
  EXPECT_TRUE(merged.head().run.sources.empty());
  EXPECT_TRUE(same_analysis(whole.head(), merged.head()));
  EXPECT_EQ(whole.head().words, merged.head().words);
  EXPECT_EQ(whole.head().positions, merged.head().positions);
  EXPECT_EQ(whole.head().position_signatures, merged.head().position_signatures);
  EXPECT_EQ(whole.head().embedding, merged.head().embedding);
  // Every shard says 0.5.
  EXPECT_EQ(merged.head().embedding_sum[0], 3 * whole.head().embedding_sum[0]);
  EXPECT_EQ(whole.head().vocabulary, merged.head().vocabulary);
  for (std::size_t state = 0; state < 2; ++state) {
    expect_same_sums(whole.head().samples[state].leading, merged.head().samples[state].leading);
    expect_same_sums(whole.head().word_sums[state].norm, merged.head().word_sums[state].norm);
    for (int s = 0; s < 4; ++s) {
      const GradientSums a = whole.read_signature(state, s);
      const GradientSums b = merged.read_signature(state, s);
      EXPECT_EQ(a.count, b.count);
      expect_same_sums({a.sum.begin(), a.sum.end()}, {b.sum.begin(), b.sum.end()});
    }
  }
}

TEST_F(MergeOf, APartOfTheShardsNamesItsSources) {
  merge({file_of("b", stretch(13, 20)), file_of("a", stretch(0, 13))});
  EXPECT_EQ(ClassStatisticsReader(folder_ / "merged.h5").head().run.sources, stretch(0, 20));
}

TEST_F(MergeOf, ShardsThatShareSourcesIsRefused) {
  const auto a = file_of("a", stretch(0, 13));
  const auto b = file_of("b", stretch(12, 20));
  EXPECT_THAT(
      [&] {
        merge({a, b});
      },
      ThrowsMessage<UsageError>(
          testing::AllOf(HasSubstr("b.h5"), HasSubstr("position 12 and 0 more"))));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "merged.h5"));
}

TEST_F(MergeOf, AnotherTextIsRefusedNamingTheFile) {
  const auto a = file_of("a", stretch(0, 13));
  text_[30] = (text_[30] + 1) % 6;
  const auto b = file_of("b", stretch(13, 20));
  EXPECT_THAT(
      [&] {
        merge({a, b});
      },
      ThrowsMessage<UsageError>(
          testing::AllOf(HasSubstr("b.h5: not of the same model"), HasSubstr("a.h5"))));
}

TEST_F(MergeOf, ASimpleStatisticsFileIsRefused) {
  StatisticsSums sums(provenance(), 2);
  run(both_states(), sums);
  write_statistics(folder_ / "plain.h5", sums.take());
  EXPECT_THAT([&] { merge({folder_ / "plain.h5"}); },
              ThrowsMessage<DataError>(HasSubstr("stategrad analyze writes them")));
}

}  // namespace
}  // namespace stategrad::sinks

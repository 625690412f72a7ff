// SPDX-License-Identifier: MIT
#include "report/used_results.h"

#include <cmath>

#include "sinks/class_test_util.h"

namespace stategrad::report {
namespace {

class UsedResults : public sinks::ClassSumsTest {
 protected:
  static constexpr std::size_t kRows = 5;
  /// A file with used gradients; `kept_` has each of them.
  [[nodiscard]] std::filesystem::path file_with_used() {
    sinks::ClassSumsOptions sums = sums_options(folder_ / "parts");
    sums.used = true;
    sinks::ClassSums stored(std::move(sums));
    ThreadTeam team(1);
    gradient::compute_stored_and_used(
        model_, {text_}, both_states(),
        {.stored = &stored,
         .used =
             [&](const gradient::UsedGradient& used) {
               stored.add_used(used);
               kept_.emplace_back(used.key,
                                  std::vector<double>(used.values.begin(), used.values.end()));
             }},
        team);
    std::vector<std::filesystem::path> parts;
    for (int block = 0; block < kBlocks; ++block) {
      parts.push_back(sinks::part_file(folder_ / "parts", block));
    }
    const sinks::ModelTables model_tables = tables();
    merge_class_statistics(parts, true, &model_tables, folder_ / "used.h5");
    return folder_ / "used.h5";
  }
  std::vector<std::pair<BlockKey, std::vector<double>>> kept_;
};

TEST_F(UsedResults, AreMeansOverTheVectorsOfAClass) {
  const auto results = evaluate_used(sinks::ClassStatisticsReader(file_with_used()));
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].name, "all");
  EXPECT_EQ(results[2].name, "middle");
  for (const bool low : {false, true}) {
    double norm = 0;
    double count = 0;
    std::vector<double> sum(kRows);
    for (const auto& [key, values] : kept_) {
      if (key.delay != 2 || (low && key.source > 1)) continue;
      double squared = 0;
      for (std::size_t r = 0; r < kRows; ++r) {
        sum[r] += values[r];
        squared += values[r] * values[r];
      }
      norm += std::sqrt(squared);
      ++count;
    }
    double squared = 0;
    for (const double value : sum) squared += value * value;
    const UsedDelay& delay = results[low ? 1 : 0].delays[2];
    EXPECT_EQ(static_cast<double>(delay.count), count);
    EXPECT_NEAR(delay.mean_norm.value, norm / count, 1e-12);
    EXPECT_NEAR(delay.norm_of_mean.value, std::sqrt(squared) / count, 1e-12);
    EXPECT_GT(delay.mean_norm.error, 0);
    EXPECT_GT(delay.norm_of_mean.error, 0);
    EXPECT_GT(delay.noise, 0);
  }
}

TEST_F(UsedResults, KeepTheMeanNormWithoutEachBlock) {
  const auto results = evaluate_used(sinks::ClassStatisticsReader(file_with_used()));
  const UsedDelay& delay = results[0].delays[1];
  ASSERT_EQ(delay.sizes.size(), static_cast<std::size_t>(kBlocks));
  const analysis::Estimate again =
      analysis::jackknife(delay.mean_norm.value, delay.mean_norm_without, delay.sizes);
  EXPECT_NEAR(again.error, delay.mean_norm.error, 1e-15);
}

TEST_F(UsedResults, AreAPartWithARowPerMeasure) {
  const auto results = evaluate_used(sinks::ClassStatisticsReader(file_with_used()));
  const ResultPart part = used_part(results);
  EXPECT_EQ(part.key, "used");
  EXPECT_EQ(part.json[1]["class"], "low");
  EXPECT_EQ(part.json[1]["delays"][2]["mean_norm"]["estimate"],
            results[1].delays[2].mean_norm.value);
  std::size_t rows = 0;
  for (const UsedResult& result : results) rows += 2 * result.delays.size();
  EXPECT_EQ(part.files[0].table->rows().size(), rows);
}

TEST_F(UsedResults, OfAFileWithoutThemAreNone) {
  const auto results = evaluate_used(sinks::ClassStatisticsReader(file_of("whole")));
  EXPECT_TRUE(results.empty());
  EXPECT_TRUE(used_part(results).json.is_null());
  EXPECT_FALSE(used_part(results).files[0].table.has_value());
}

}  // namespace
}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "sinks/used_sums.h"

#include <numeric>

#include "sinks/class_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(UsedSums, AddCountsNormsAndVectors) {
  UsedSums sums({.signatures = 2, .delays = 3, .blocks = 2, .rows = 2});
  sums.add(sums.cell(1, 2, 0), std::vector<double>{3, 4});
  sums.add(sums.cell(1, 2, 0), std::vector<double>{0, -2});
  EXPECT_THAT(sums.count, ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0));
  EXPECT_EQ(sums.norm[10], 7);
  EXPECT_EQ(sums.squared_norm[10], 29);
  EXPECT_EQ(sums.sum[20], 3);
  EXPECT_EQ(sums.sum[21], 2);
  UsedSums twice = sums;
  twice += sums;
  EXPECT_EQ(twice.count[10], 4);
  EXPECT_EQ(twice.norm[10], 14);
  EXPECT_EQ(twice.squared_norm[10], 58);
  EXPECT_EQ(twice.sum[21], 4);
}

TEST(UsedSums, OfDifferentShapesDoNotAdd) {
  UsedSums sums({.signatures = 2, .delays = 3, .blocks = 2, .rows = 2});
  EXPECT_THROW(sums += UsedSums({.signatures = 2, .delays = 3, .blocks = 1, .rows = 2}),
               InternalError);
}

TEST(UsedSums, TooManyAreRefusedNamingTheSizes) {
  EXPECT_THAT(
      [] { UsedSums({.signatures = 40'000'000, .delays = 50'000'000, .blocks = 10, .rows = 64}); },
      ThrowsMessage<ResourceError>(HasSubstr("D = 50000000 delays")));
}

TEST(UsedSums, OfABlockGoToThatBlock) {
  UsedSums part({.signatures = 2, .delays = 1, .blocks = 1, .rows = 2});
  part.add(part.cell(1, 0, 0), std::vector<double>{3, 4});
  UsedSums all({.signatures = 2, .delays = 1, .blocks = 3, .rows = 2});
  add_block(part, 1, all);
  add_block(part, 1, all);
  EXPECT_THAT(all.count, ElementsAre(0, 0, 0, 0, 2, 0));
  EXPECT_THAT(all.sum, ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 6, 8, 0, 0));
  EXPECT_THAT(total_sums(all).squared_norm, ElementsAre(0, 50, 0));
  EXPECT_THROW(add_block(part, 3, all), InternalError);
}

class UsedSumsOfAText : public ClassSumsTest {
 protected:
  static constexpr int kDelays = 6;
  using Kept = std::vector<std::pair<BlockKey, std::vector<double>>>;

  /// One pass over these sources; none: all. Also every vector, for the test to add up by itself.
  std::filesystem::path pass(const std::string& name, Kept& kept,
                             std::vector<std::int64_t> sources = {}) const {
    GradientOptions options = both_states();
    options.sources = std::move(sources);
    ClassSumsOptions sums = sums_options(folder_ / name);
    sums.used = true;
    ClassSums stored(std::move(sums));
    ThreadTeam team(2);
    gradient::compute_stored_and_used(
        model_, {text_}, options,
        {.stored = &stored,
         .used =
             [&](const gradient::UsedGradient& used) {
               stored.add_used(used);
               kept.emplace_back(used.key,
                                 std::vector<double>(used.values.begin(), used.values.end()));
             }},
        team);
    std::set<std::filesystem::path> parts;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ / name)) {
      parts.insert(entry.path());
    }
    const ModelTables model_tables = tables();
    merge_class_statistics({parts.begin(), parts.end()}, true, &model_tables,
                           folder_ / (name + ".h5"));
    return folder_ / (name + ".h5");
  }
};

TEST_F(UsedSumsOfAText, OfAClassAreThoseOfTheVectorsToItsWords) {
  Kept kept;
  const UsedSums sums = class_sums(ClassStatisticsReader(pass("parts", kept)).read_used(), scheme(),
                                   0);  // words 0 and 1
  EXPECT_EQ(sums.shape.signatures, 1);
  UsedSums expected(sums.shape);
  for (const auto& [key, values] : kept) {
    const std::int64_t source = key.position - key.delay;
    if (text_[static_cast<std::size_t>(source)] > 1) continue;
    const auto at = static_cast<std::size_t>(key.delay * kBlocks + source / 10);
    const double squared = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
    ++expected.count[at];
    expected.norm[at] += std::sqrt(squared);
    expected.squared_norm[at] += squared;
    for (std::size_t r = 0; r < 5; ++r) expected.sum[at * 5 + r] += values[r];
  }
  EXPECT_GT(std::accumulate(expected.count.begin(), expected.count.end(), std::int64_t{0}), 40);
  EXPECT_EQ(sums.count, expected.count);
  for (std::size_t i = 0; i < sums.norm.size(); ++i) {
    EXPECT_NEAR(sums.norm[i], expected.norm[i], 1e-13);
    EXPECT_NEAR(sums.squared_norm[i], expected.squared_norm[i], 1e-13);
  }
  for (std::size_t i = 0; i < sums.sum.size(); ++i) {
    EXPECT_NEAR(sums.sum[i], expected.sum[i], 1e-13);
  }
}

TEST_F(UsedSumsOfAText, StandBesideStoredOnesThatAreAsWithoutThem) {
  const auto alone = parts("alone", {});
  Kept kept;
  static_cast<void>(pass("parts", kept));
  for (int block = 0; block < kBlocks; ++block) {
    const ClassStatisticsReader with(part_file(folder_ / "parts", block), true);
    const ClassStatisticsReader without(part_file(folder_ / "alone", block), true);
    for (std::size_t state = 0; state < 2; ++state) {
      const GradientSums a = with.read_class(state, 1);
      const GradientSums b = without.read_class(state, 1);
      EXPECT_EQ(a.count, b.count);
      EXPECT_EQ(a.norm, b.norm);
      EXPECT_EQ(std::vector<double>(a.sum.begin(), a.sum.end()),
                std::vector<double>(b.sum.begin(), b.sum.end()));
    }
  }
}

TEST_F(UsedSumsOfAText, OfTwoPartsAddUpToTheWhole) {
  std::vector<std::int64_t> first(17);
  std::vector<std::int64_t> second(23);
  std::iota(first.begin(), first.end(), 0);
  std::iota(second.begin(), second.end(), 17);
  Kept kept;
  const UsedSums whole = ClassStatisticsReader(pass("whole", kept)).read_used();
  const auto merged = folder_ / "merged.h5";
  merge_class_statistics({pass("second", kept, second), pass("first", kept, first)}, false, nullptr,
                         merged);
  const UsedSums sum = ClassStatisticsReader(merged).read_used();
  EXPECT_EQ(sum.count, whole.count);
  for (std::size_t i = 0; i < sum.sum.size(); ++i) EXPECT_NEAR(sum.sum[i], whole.sum[i], 1e-13);
}

TEST_F(UsedSumsOfAText, DoNotMergeWithAPassWithoutThem) {
  std::vector<std::int64_t> first(17);
  std::vector<std::int64_t> second(23);
  std::iota(first.begin(), first.end(), 0);
  std::iota(second.begin(), second.end(), 17);
  Kept kept;
  const std::vector<std::filesystem::path> files = {pass("with", kept, first),
                                                    file_of("without", second)};
  EXPECT_THROW(merge_class_statistics(files, false, nullptr, folder_ / "merged.h5"), UsageError);
}

}  // namespace
}  // namespace stategrad::sinks

// SPDX-License-Identifier: MIT
#include "report/angle_results.h"

#include <gmock/gmock.h>

#include "report/evaluate.h"
#include "sinks/class_test_util.h"

namespace stategrad::report {
namespace {

class AngleResults : public sinks::ClassSumsTest {
 protected:
  [[nodiscard]] Results results(int k, const sinks::ModelTables& model) const {
    const auto file = folder_ / "own.h5";
    sinks::merge_class_statistics(parts("own", {}), true, &model, file);
    const sinks::ClassStatisticsReader reader(file);
    ThreadTeam team(1);
    return evaluate(
        reader, {.spectrum = {.patterns = 2}, .choices = {.subspace = k}, .on_progress = {}}, team);
  }
};

TEST_F(AngleResults, AreOfPairsOfKeyDelaysAndOfClassesAtKeyDelays) {
  const Results found = results(2, tables());
  // Six delays, of which 0, 1, 2 and 5 are key delays: six pairs, and one pair of classes at each.
  const auto& angles = found.states[1].angles;
  ASSERT_EQ(angles.size(), 10U);
  EXPECT_EQ(angles[5].kind, "delays");
  EXPECT_EQ(angles[5].first.delay, 2);
  EXPECT_EQ(angles[5].second.delay, 5);
  EXPECT_EQ(angles[5].first.class_name, "all");
  EXPECT_EQ(angles[7].kind, "classes");
  EXPECT_EQ(angles[7].first.class_name, "low");
  EXPECT_EQ(angles[7].second.class_name, "middle");
  EXPECT_EQ(angles[7].first.delay, 1);
  EXPECT_EQ(angles[7].second.delay, 1);
}

TEST_F(AngleResults, AreThoseOfTheSubspacesOfTheDelays) {
  const Results found = results(2, tables());
  const auto& all = found.states[0].classes[0].delays;
  const auto expected = analysis::compare_subspaces(*all[0].subspaces, *all[2].subspaces, 2);
  const auto& angle = found.states[0].angles[1];
  EXPECT_EQ(angle.comparison.degrees, expected.degrees);
  EXPECT_EQ(angle.comparison.overlap.error, expected.overlap.error);
  EXPECT_GT(expected.overlap.error, 0);
  const ResultPart part = angles_part(found);
  const Json& json = part.json[1];
  EXPECT_EQ(json["first"]["delay"], 0);
  EXPECT_EQ(json["second"]["delay"], 2);
  EXPECT_EQ(json["second"]["class"], "all");
  EXPECT_EQ(json["degrees"].size(), 2U);
  EXPECT_EQ(json["overlap"]["estimate"], expected.overlap.value);
  EXPECT_EQ(json["chance"], 0.4);
  EXPECT_EQ(part.files.front().table->rows().size(), 20U);
}

TEST_F(AngleResults, AreAbsentWithoutAWhitening) {
  sinks::ModelTables flat = tables();
  for (std::size_t i = 0; i < flat.embedding.size(); i += 5) flat.embedding[i] = 1;
  const ResultPart part = angles_part(results(2, flat));
  EXPECT_TRUE(part.json.is_null());
  EXPECT_FALSE(part.files.front().table.has_value());
}

TEST(Angles, OfAMeanOfZeroAreLeftOut) {
  const std::vector<double> one = {1, 0, 0, 1};
  const std::vector<double> zero(4);
  std::vector<ClassResult> classes = {{"all", "all", {}, {}}};
  for (const int delay : {0, 1, 2}) {
    const std::vector<analysis::BlockSum> blocks = {{1, delay == 1 ? zero : one},
                                                    {1, delay == 1 ? zero : one}};
    DelayResult& result = classes[0].delays.emplace_back();
    result.delay = delay;
    result.subspaces = analysis::block_subspaces(blocks, 2, 2, 1);
  }
  const auto angles = angles_of(classes, 1);
  ASSERT_EQ(angles.size(), 1U);
  EXPECT_EQ(angles[0].second.delay, 2);
}

}  // namespace
}  // namespace stategrad::report

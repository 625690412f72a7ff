// SPDX-License-Identifier: MIT
#include "report/evaluate.h"

#include <cmath>

#include "analysis/memory.h"
#include "analysis/whitening.h"
#include "sinks/class_test_util.h"

namespace stategrad::report {
namespace {

/// Results of the small analysis of the sinks' tests: classes "low" and "middle", two states.
class Evaluation : public sinks::ClassSumsTest {
 protected:
  [[nodiscard]] Results results(int threads = 1) const {
    const sinks::ClassStatisticsReader reader(file_of("whole"));
    ThreadTeam team(threads);
    return evaluate(reader, {.spectrum = {.patterns = 4}, .on_progress = {}}, team);
  }
  /// The mean state gradient to words of `low` or all at a delay, [H, R], from the single ones.
  [[nodiscard]] analysis::Matrix mean(int state, int delay, bool low) const {
    const auto kept = keep(both_states());
    analysis::Matrix sum{3, 5, std::vector<double>(15)};
    double count = 0;
    for (const auto& [place, block] : kept.blocks) {
      if (block.key.state_index != state || block.key.delay != delay) continue;
      if (low && block.key.source > 1) continue;
      ++count;
      for (std::size_t i = 0; i < 15; ++i) sum.values[i] += block.values[i];
    }
    for (double& value : sum.values) value /= count;
    return sum;
  }
};

TEST_F(Evaluation, HasEveryStateClassAndDelay) {
  const Results found = results();
  ASSERT_EQ(found.states.size(), 2U);
  ASSERT_EQ(found.states[1].classes.size(), 3U);
  EXPECT_EQ(found.states[1].classes[0].name, "all");
  EXPECT_EQ(found.states[1].classes[2].name, "middle");
  EXPECT_EQ(found.states[1].classes[2].group, "list");
  EXPECT_EQ(found.states[1].classes[0].delays.size(), 6U);
  EXPECT_EQ(found.states[1].classes[0].delays[5].count, 35);
}

TEST_F(Evaluation, SpectraAreThoseOfTheMeans) {
  const Results found = results();
  for (const bool low : {false, true}) {
    const DelayResult& delay = found.states[0].classes[low ? 1 : 0].delays[2];
    const auto expected = analysis::decompose(mean(0, 2, low)).values;
    ASSERT_EQ(delay.raw.values.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(delay.raw.values[i], expected[i], 1e-12);
    }
    EXPECT_GT(delay.raw.largest.error, 0);
    EXPECT_GT(delay.raw.noise.largest, 0);
  }
}

TEST_F(Evaluation, NormalisedSpectraAreThoseOfTheMeansTimesD) {
  const Results found = results();
  const sinks::ModelTables model = tables();
  const auto whitening = analysis::whiten({6, 5, model.embedding});
  const auto expected =
      analysis::decompose(analysis::multiply(mean(1, 3, false), whitening.factor)).values;
  const DelayResult& delay = found.states[1].classes[0].delays[3];
  ASSERT_TRUE(delay.normalised.has_value());
  EXPECT_NEAR(delay.normalised->largest.value, expected[0], 1e-12);
  EXPECT_GT(found.condition, 1);
}

TEST_F(Evaluation, NormsAreMeansOverAllSingleGradients) {
  const auto kept = keep(both_states());
  double norm = 0;
  double count = 0;
  for (const auto& [place, block] : kept.blocks) {
    if (block.key.state_index != 0 || block.key.delay != 1) continue;
    norm += std::sqrt(block.squared_norm);
    ++count;
  }
  EXPECT_NEAR(results().states[0].classes[0].delays[1].mean_norm.value, norm / count, 1e-12);
}

TEST_F(Evaluation, TheSampleGivesTheMeanOfTheLeadingValues) {
  const auto kept = keep(both_states());
  // Of the sources 3, 17 and 38 all are followed by a word; "leading" is the first entry here.
  const double mean = (std::abs(kept.blocks.at({0, 4, 1}).values[0]) +
                       std::abs(kept.blocks.at({0, 18, 1}).values[0]) +
                       std::abs(kept.blocks.at({0, 39, 1}).values[0])) /
                      3;
  const DelayResult delay = results().states[0].classes[0].delays[1];
  EXPECT_EQ(delay.sampled, 3);
  EXPECT_NEAR(delay.mean_leading.value, mean, 1e-12);
  EXPECT_NEAR(delay.kept_by_mean.value, delay.raw.largest.value / mean, 1e-12);
  // Source 38 has no word two later.
  EXPECT_EQ(results().states[0].classes[0].delays[2].sampled, 2);
}

TEST_F(Evaluation, DoesNotDependOnTheTeam) {
  const Results one = results(1);
  const Results two = results(2);
  for (std::size_t d = 0; d < 6; ++d) {
    EXPECT_EQ(one.states[1].classes[1].delays[d].raw.largest.error,
              two.states[1].classes[1].delays[d].raw.largest.error);
    EXPECT_EQ(one.states[1].classes[1].delays[d].raw.noise.sum,
              two.states[1].classes[1].delays[d].raw.noise.sum);
  }
}

TEST_F(Evaluation, EmbeddingsThatCannotBeWhitenedAreTold) {
  sinks::ModelTables flat = tables();
  for (std::size_t i = 0; i < flat.embedding.size(); i += 5) flat.embedding[i] = 1;
  sinks::merge_class_statistics(parts("flat", {}), true, &flat, folder_ / "flat.h5");
  const sinks::ClassStatisticsReader reader(folder_ / "flat.h5");
  ThreadTeam team(1);
  const Results found = evaluate(reader, {}, team);
  EXPECT_FALSE(found.whitening_failure.empty());
  EXPECT_FALSE(found.states[0].classes[0].delays[0].normalised.has_value());
}

}  // namespace
}  // namespace stategrad::report

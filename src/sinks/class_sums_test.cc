// SPDX-License-Identifier: MIT
#include "sinks/class_sums.h"

#include <atomic>

#include "sinks/class_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// The sums over the matrices of a pass to the sources that `chosen` accepts.
GradientSums added_up(const gradient::KeepingSink& kept, const RunDescription& run,
                      std::size_t state, const std::function<bool(std::size_t)>& chosen) {
  constexpr int kBlocks = 4;
  GradientSums sums(run, kBlocks);
  const std::size_t numbers = sums.sum.size() / sums.count.size();
  for (const auto& [place, block] : kept.blocks) {
    const std::int64_t source = block.key.position - block.key.delay;
    if (block.key.state_index != static_cast<int>(state)) continue;
    if (!chosen(static_cast<std::size_t>(source))) continue;
    const auto at =
        static_cast<std::size_t>(block.key.delay * kBlocks + block_of(source, run.words, kBlocks));
    ++sums.count[at];
    sums.norm[at] += std::sqrt(block.squared_norm);
    sums.squared_norm[at] += block.squared_norm;
    for (std::size_t i = 0; i < numbers; ++i) sums.sum[at * numbers + i] += block.values[i];
  }
  return sums;
}

void expect_same(const GradientSums& a, const GradientSums& b) {
  EXPECT_EQ(a.count, b.count);
  ASSERT_EQ(a.sum.size(), b.sum.size());
  for (std::size_t i = 0; i < a.norm.size(); ++i) {
    EXPECT_NEAR(a.norm[i], b.norm[i], 1e-12);
    EXPECT_NEAR(a.squared_norm[i], b.squared_norm[i], 1e-12);
  }
  for (std::size_t i = 0; i < a.sum.size(); ++i) EXPECT_NEAR(a.sum[i], b.sum[i], 1e-12);
}

class ClassSumsOf : public ClassSumsTest {};

TEST_F(ClassSumsOf, AClassAreThoseOfTheMatricesToItsWords) {
  const ClassStatisticsReader reader(file_of("whole"));
  const auto kept = keep(both_states());
  for (std::size_t state = 0; state < 2; ++state) {
    expect_same(reader.read_class(state, 0),
                added_up(kept, reader.head().run, state,
                         [&](std::size_t source) { return text_[source] <= 1; }));
    expect_same(reader.read_class(state, 1),
                added_up(kept, reader.head().run, state, [&](std::size_t source) {
                  return text_[source] == 1 || text_[source] == 2;
                }));
    expect_same(reader.read_totals(state),
                added_up(kept, reader.head().run, state, [](std::size_t) { return true; }));
  }
}

TEST_F(ClassSumsOf, TheWholeAreThoseOfTheStatisticsFile) {
  const Statistics statistics = read_statistics(file_of("whole"));
  const ClassStatisticsReader reader(folder_ / "whole.h5");
  ASSERT_EQ(statistics.states.size(), 2U);
  EXPECT_EQ(statistics.states[1].count, reader.read_totals(1).count);
}

TEST_F(ClassSumsOf, WordsCountTheirGradients) {
  const ClassStatisticsReader reader(file_of("whole"));
  const ClassStatistics& head = reader.head();
  const auto kept = keep(both_states());
  const auto delays = static_cast<std::size_t>(head.run.max_delay);
  for (std::size_t w = 0; w < head.words.size(); ++w) {
    for (std::size_t d = 0; d < delays; ++d) {
      double norm = 0;
      std::int64_t count = 0;
      for (const auto& [place, block] : kept.blocks) {
        if (block.key.state_index != 1 || block.key.source != head.words[w]) continue;
        if (block.key.delay != static_cast<int>(d)) continue;
        norm += std::sqrt(block.squared_norm);
        ++count;
      }
      EXPECT_EQ(head.word_sums[1].count[w * delays + d], count);
      EXPECT_NEAR(head.word_sums[1].norm[w * delays + d], norm, 1e-12);
    }
  }
}

TEST_F(ClassSumsOf, TheSampleIsLookedAtOneByOne) {
  const ClassStatisticsReader reader(file_of("whole"));
  const ClassStatistics& head = reader.head();
  EXPECT_THAT(head.positions, ElementsAre(3, 17, 38));
  EXPECT_THAT(head.position_signatures, ElementsAre(signature_[3], signature_[17], signature_[38]));
  const auto kept = keep(both_states());
  const auto& block = kept.blocks.at({0, 17 + 4, 4});
  EXPECT_NEAR(head.samples[0].norm[1 * 6 + 4], std::sqrt(block.squared_norm), 1e-12);
  EXPECT_EQ(head.samples[0].leading[1 * 6 + 4], std::abs(block.values[0]));
  // The text of 40 words ends before position 38 + 2.
  EXPECT_EQ(head.samples[0].norm[2 * 6 + 2], 0);
}

TEST_F(ClassSumsOf, AnInterruptedPassKeepsItsFinishedBlocks) {
  GradientOptions options = both_states();
  ClassSums sink(sums_options(folder_ / "parts"));
  std::atomic<bool> now{false};
  options.stop = &now;
  options.on_progress = [&](std::int64_t done) { now = done == 27; };
  EXPECT_THROW(run(options, sink), Interrupted);
  // The second block of ten words is complete with word 24, the third one with word 34.
  EXPECT_TRUE(std::filesystem::exists(part_file(folder_ / "parts", 0)));
  EXPECT_TRUE(std::filesystem::exists(part_file(folder_ / "parts", 1)));
  EXPECT_FALSE(std::filesystem::exists(part_file(folder_ / "parts", 2)));
}

TEST_F(ClassSumsOf, TooManyAreRefusedNamingClassesAndSizes) {
  ClassSumsOptions options = sums_options(folder_ / "parts");
  options.run.max_delay = 2'000'000'000;
  ClassSums sink(std::move(options));
  GradientRun huge = plan(both_states());
  huge.max_delay = 2'000'000'000;
  EXPECT_THAT([&] { sink.begin(huge); },
              ThrowsMessage<ResourceError>(testing::AllOf(HasSubstr("2 classes in 4 combinations"),
                                                          HasSubstr("D = 2000000000 delays"))));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "parts"));
}

}  // namespace
}  // namespace stategrad::sinks

// SPDX-License-Identifier: MIT
#include "sinks/statistics_sink.h"

#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <cmath>

#include "sinks/h5_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class StatisticsOf : public H5Test {
 protected:
  [[nodiscard]] Statistics written(const GradientOptions& options,
                                   int blocks = kDefaultBlocks) const {
    StatisticsSink sink(folder_ / "out", provenance(), blocks);
    run(options, sink);
    return read_statistics(folder_ / "out" / kStatisticsFileName);
  }
};

/// The sums over the single matrices of a pass, [H, R], at each delay and in each block.
void expect_sums(const Statistics& statistics, const gradient::KeepingSink& kept) {
  const std::size_t numbers = kept.blocks.begin()->second.values.size();
  const auto blocks = static_cast<std::size_t>(statistics.blocks);
  for (std::size_t s = 0; s < statistics.states.size(); ++s) {
    const StateStatistics& state = statistics.states[s];
    std::vector<double> sum(state.sum.size());
    std::vector<double> squared_norm(state.count.size());
    std::vector<std::int64_t> count(state.count.size());
    for (const auto& [place, block] : kept.blocks) {
      if (block.key.state_index != static_cast<int>(s)) continue;
      const int of = block_of(block.key.position - block.key.delay, words_read(statistics.run),
                              statistics.blocks);
      const std::size_t at =
          static_cast<std::size_t>(block.key.delay) * blocks + static_cast<std::size_t>(of);
      ++count[at];
      for (std::size_t i = 0; i < numbers; ++i) {
        sum[at * numbers + i] += block.values[i];
        squared_norm[at] += block.values[i] * block.values[i];
      }
    }
    EXPECT_EQ(state.count, count);
    for (std::size_t i = 0; i < count.size(); ++i) {
      EXPECT_NEAR(state.squared_norm[i], squared_norm[i], 1e-12 * squared_norm[i]);
    }
    for (std::size_t i = 0; i < sum.size(); ++i) EXPECT_NEAR(state.sum[i], sum[i], 1e-13);
  }
}

std::int64_t count_of(const Statistics& statistics, int delay) {
  return sums_over_blocks(statistics.states[0], statistics.blocks, delay).count;
}

TEST_F(StatisticsOf, AWindowedPassAreTheSumsOfItsMatrices) {
  const Statistics statistics = written(windowed());
  EXPECT_EQ(statistics.run.states, windowed().states);
  EXPECT_EQ(statistics.blocks, kDefaultBlocks);
  EXPECT_GT(count_of(statistics, 3), 0);
  expect_sums(statistics, keep(windowed()));
}

TEST_F(StatisticsOf, AReadingInPartsAreThoseOfOneReading) {
  GradientOptions options = continuous();
  const Statistics whole = written(options);
  for (const int rows : {1, 2, 4}) {
    options.rows_at_once = rows;
    const Statistics parts = written(options);
    EXPECT_EQ(parts.run.rows, whole.run.rows);
    ASSERT_EQ(parts.states.size(), whole.states.size());
    for (std::size_t s = 0; s < whole.states.size(); ++s) {
      const StateStatistics& expected = whole.states[s];
      EXPECT_EQ(parts.states[s].count, expected.count);
      EXPECT_TRUE(
          std::equal(expected.sum.begin(), expected.sum.end(), parts.states[s].sum.begin()));
      for (std::size_t d = 0; d < expected.squared_norm.size(); ++d) {
        EXPECT_NEAR(parts.states[s].squared_norm[d], expected.squared_norm[d],
                    1e-13 * expected.squared_norm[d]);
      }
    }
  }
}

TEST_F(StatisticsOf, AContinuousPassAreTheSumsOfItsMatrices) {
  const Statistics statistics = written(continuous());
  EXPECT_EQ(count_of(statistics, 5), 35);
  expect_sums(statistics, keep(continuous()));
}

TEST_F(StatisticsOf, DelaysThatDoNotOccurAreCountedZero) {
  GradientOptions options = windowed();
  options.max_delay = 12;
  const Statistics statistics = written(options);
  EXPECT_EQ(count_of(statistics, 6), 4);
  EXPECT_EQ(count_of(statistics, 7), 0);
  expect_sums(statistics, keep(options));
}

TEST_F(StatisticsOf, DirectionsAreRecorded) {
  GradientOptions options = continuous();
  options.basis = {1, 2, 3, 4, 5, 5, 4, 3, 2, 1};
  Provenance from = provenance();
  from.basis = options.basis;
  StatisticsSink sink(folder_, from);
  run(options, sink);
  const Statistics statistics = read_statistics(folder_ / kStatisticsFileName);
  EXPECT_EQ(statistics.run.provenance.basis, options.basis);
  expect_sums(statistics, keep(options));
}

TEST_F(StatisticsOf, OneBlockIsTheWholeText) {
  const Statistics statistics = written(continuous(), 1);
  EXPECT_EQ(statistics.blocks, 1);
  EXPECT_EQ(statistics.states[0].count, (std::vector<std::int64_t>{40, 39, 38, 37, 36, 35}));
  expect_sums(statistics, keep(continuous()));
}

TEST_F(StatisticsOf, BlocksBeyondTheWordsAreEmpty) {
  const Statistics statistics = written(continuous(), 60);
  EXPECT_EQ(statistics.states[0].count[1], 1);
  EXPECT_EQ(statistics.states[0].count[2], 0) << "position 1 is of block 1, position 2 of block 3";
  EXPECT_EQ(count_of(statistics, 0), 40);
  expect_sums(statistics, keep(continuous()));
}

TEST_F(StatisticsOf, ASampleIsRecordedWithItsSources) {
  GradientOptions options = continuous();
  options.sources = {3, 4, 17, 39};
  const Statistics statistics = written(options);
  EXPECT_EQ(statistics.run.sources, options.sources);
  EXPECT_EQ(count_of(statistics, 0), 4);
  EXPECT_EQ(count_of(statistics, 1), 3);
  expect_sums(statistics, keep(options));
}

TEST_F(StatisticsOf, ForecastKnowsTheBlocks) {
  const GradientRun run = plan(continuous());
  EXPECT_GE(forecast_statistics_bytes(run, 20) - forecast_statistics_bytes(run, 10),
            10U * 6 * (5 * 3 + 2) * 8);
}

TEST_F(StatisticsOf, AnInterruptedPassLeavesNothing) {
  std::atomic<bool> stop = false;
  GradientOptions options = continuous();
  options.stop = &stop;
  options.on_progress = [&](std::int64_t done) { stop = done == 20; };
  {
    StatisticsSink sink(folder_, provenance());
    EXPECT_THROW(run(options, sink), Interrupted);
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(StatisticsOf, AFullDiskIsAResourceErrorThatLeavesNothing) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 2000;
  setrlimit(RLIMIT_FSIZE, &small);
  {
    StatisticsSink sink(folder_, provenance());
    EXPECT_THAT([&] { run(continuous(), sink); },
                ThrowsMessage<ResourceError>(HasSubstr(kStatisticsFileName)));
  }
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  EXPECT_EQ(files(), 0U);
}

TEST_F(StatisticsOf, AFolderThatCannotBeMadeIsNamedBeforeThePass) {
  write_file(folder_ / "file", "precious");
  StatisticsSink sink(folder_ / "file", provenance());
  EXPECT_THAT([&] { sink.begin(plan(continuous())); }, ThrowsMessage<DataError>(HasSubstr("file")));
}

TEST_F(StatisticsOf, MemoryThatIsNotThereIsNamedBeforeThePass) {
  GradientRun huge = plan(continuous());
  huge.max_delay = 2'000'000'000;
  huge.rows = 1'000'000;
  StatisticsSink sink(folder_, provenance());
  EXPECT_THAT([&] { sink.begin(huge); }, ThrowsMessage<ResourceError>(HasSubstr("D = 2000000000")));
  huge.architecture.size = 1'000'000;
  EXPECT_EQ(forecast_statistics_bytes(huge), 1'000'000'000'000'000'000U);
}

TEST_F(StatisticsOf, ForecastIsACloseUpperBound) {
  GradientOptions many = windowed();
  many.max_delay = 3000;
  many.num_steps = 15;
  many.time_steps = {};
  for (const GradientOptions& options : {windowed(), continuous(), many}) {
    for (const int blocks : {1, 10, 30}) {
      (void)written(options, blocks);
      const std::uint64_t size = std::filesystem::file_size(folder_ / "out" / kStatisticsFileName);
      EXPECT_LE(size, forecast_statistics_bytes(plan(options), blocks));
    }
  }
}

TEST_F(StatisticsOf, ForecastOfFullArraysIsClose) {
  // Numbers that cannot be compressed: nothing but the tables may be between file and forecast.
  GradientRun big = plan(continuous());
  big.rows = 400;
  big.architecture.size = 40;
  big.architecture.embedding_size = 400;
  big.max_delay = 30;
  StatisticsSink sink(folder_, provenance(), 1);
  sink.begin(big);
  RandomStream random(3);
  for (int delay = 0; delay < 30; ++delay) {
    double* sum = sink.accumulator({.delay = delay});
    for (int i = 0; i < 400 * 40; ++i) {
      sum[i] = std::ldexp(random.uniform() - 0.5, static_cast<int>(random.below(1000)) - 500);
    }
  }
  sink.finish();
  const std::uint64_t size = std::filesystem::file_size(folder_ / kStatisticsFileName);
  EXPECT_GT(size, 30U * 40 * 400 * 8 * 95 / 100);
  EXPECT_LE(size, forecast_statistics_bytes(big, 1));
  // The forecast cannot know whether there is a basis [R, E].
  EXPECT_LE(forecast_statistics_bytes(big, 1), size * 11 / 10 + 400 * 400 * 8 + 100'000);
}

}  // namespace
}  // namespace stategrad::sinks

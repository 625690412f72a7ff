// SPDX-License-Identifier: MIT
#include "report/write_results.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/atomic_file.h"
#include "report/comparison_results.h"
#include "report/evaluate.h"
#include "report/memory_results.h"
#include "report/spectrum_results.h"
#include "report/word_results.h"
#include "sinks/class_test_util.h"

namespace stategrad::report {
namespace {

class ResultFiles : public sinks::ClassSumsTest {
 protected:
  void SetUp() override {
    sinks::ClassSumsTest::SetUp();
    const sinks::ClassStatisticsReader reader(file_of("whole"));
    ThreadTeam team(1);
    results_ = evaluate(reader, {.spectrum = {.patterns = 2}, .on_progress = {}}, team);
    write_results(folder_, results_, reader.head());
  }
  Results results_;
};

TEST_F(ResultFiles, SummaryHoldsEveryNumber) {
  const auto summary = nlohmann::json::parse(read_file(folder_ / "summary.json"));
  EXPECT_EQ(summary["format"], "stategrad results");
  const auto& delay = summary["states"][1]["classes"][2]["delays"][4];
  const DelayResult& expected = results_.states[1].classes[2].delays[4];
  EXPECT_EQ(summary["states"][1]["classes"][2]["name"], "middle");
  EXPECT_EQ(delay["delay"], 4);
  EXPECT_EQ(delay["count"], expected.count);
  EXPECT_EQ(delay["raw_leading"]["estimate"], expected.raw.largest.value);
  EXPECT_EQ(delay["raw_leading"]["error"], expected.raw.largest.error);
  EXPECT_EQ(delay["normalised_sum"]["noise"], expected.normalised->noise.sum);
  EXPECT_EQ(delay["raw_singular_values"].size(), 3U);
  const auto interval = analysis::confidence_interval(expected.raw.largest, expected.raw.blocks);
  EXPECT_EQ(delay["raw_leading"]["low"], interval.low);
  EXPECT_EQ(delay["raw_leading"]["high"], interval.high);
  EXPECT_EQ(summary["states"][0]["classes"][0]["memory"][0]["measure"], "raw_leading");
  // "low" and "middle" are of one group.
  EXPECT_EQ(summary["states"][0]["comparisons"].size(), results_.states[0].comparisons.size());
  EXPECT_EQ(summary["states"][0]["comparisons"][0]["second"], "middle");
}

TEST_F(ResultFiles, SpectrumHasARowPerMeasure) {
  const io::Table table = spectrum_table(results_);
  // Two states, three classes, six delays: ten spectral measures and the norm, and two of the
  // sample where there is one.
  std::size_t expected = 0;
  for (const auto& state : results_.states) {
    for (const auto& of_class : state.classes) {
      for (const auto& delay : of_class.delays) expected += delay.sampled > 0 ? 13 : 11;
    }
  }
  EXPECT_EQ(table.rows().size(), expected);
  EXPECT_EQ(read_file(folder_ / "spectrum.csv"), table.to_csv());
}

TEST_F(ResultFiles, MemoryHasARowPerClassAndMeasure) {
  const io::Table table = memory_table(results_);
  EXPECT_EQ(table.rows().size(), 2U * 3 * 4);
  EXPECT_EQ(read_file(folder_ / "memory.csv"), table.to_csv());
  EXPECT_EQ(read_file(folder_ / "comparisons.csv"), comparisons_table(results_).to_csv());
}

TEST_F(ResultFiles, WordsHaveTheirMeanNorms) {
  const sinks::ClassStatisticsReader reader(folder_ / "whole.h5");
  const io::Table table = words_table(reader.head());
  ASSERT_EQ(table.rows().size(), 12U);  // six words, two states
  EXPECT_EQ(std::get<std::string>(table.rows()[0][2]), "w0");
  const auto& sums = reader.head().word_sums[0];
  EXPECT_EQ(std::get<double>(table.rows()[0][4]),
            sums.norm[0] / static_cast<double>(sums.count[0]));
}

TEST_F(ResultFiles, SummaryHasTheMostFrequentWordsFirst) {
  const auto summary = nlohmann::json::parse(read_file(folder_ / "summary.json"));
  const auto& of_state = summary["word_delays"][1];
  EXPECT_EQ(of_state["state"], summary["states"][1]["state"]);
  EXPECT_EQ(of_state["delays"], (std::vector<int>{0, 1, 2, 5}));
  EXPECT_EQ(of_state["of"], 6);
  ASSERT_EQ(of_state["words"].size(), 6U);
  const sinks::ClassStatisticsReader reader(folder_ / "whole.h5");
  const auto& head = reader.head();
  const auto delays = static_cast<std::size_t>(head.run.max_delay);
  for (std::size_t i = 0; i < 6; ++i) {
    const auto& word = of_state["words"][i];
    EXPECT_LE(word["count"], of_state["words"][i == 0 ? 0 : i - 1]["count"]);
    std::size_t w = 0;
    while (head.vocabulary[static_cast<std::size_t>(head.words[w])] != word["word"]) ++w;
    const auto& sums = head.word_sums[1];
    EXPECT_EQ(word["count"], sums.count[w * delays]);
    EXPECT_EQ(word["norms"][3],
              sums.norm[w * delays + 5] / static_cast<double>(sums.count[w * delays + 5]));
  }
}

TEST_F(ResultFiles, WhatIsNotFiniteIsLeftOut) {
  Results results = results_;
  results.states[0].classes[0].delays[0].mean_norm.error = INFINITY;
  const sinks::ClassStatisticsReader reader(folder_ / "whole.h5");
  write_results(folder_, results, reader.head());
  const auto summary = nlohmann::json::parse(read_file(folder_ / "summary.json"));
  EXPECT_TRUE(summary["states"][0]["classes"][0]["delays"][0]["mean_norm"]["error"].is_null());
}

}  // namespace
}  // namespace stategrad::report

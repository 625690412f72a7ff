// SPDX-License-Identifier: MIT
#include "sinks/run_description.h"

#include "sinks/h5_test_util.h"
#include "stategrad/errors.h"
#include "stategrad/version.h"

namespace stategrad::sinks {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class RunDescriptionOf : public H5Test {
 protected:
  static std::string fact(const RunDescription& run, const std::string& name) {
    for (const auto& [key, value] : facts_of(run)) {
      if (key == name) {
        const auto* number = std::get_if<std::int64_t>(&value);
        return number != nullptr ? std::to_string(*number) : std::get<std::string>(value);
      }
    }
    return "no such fact";
  }
};

TEST_F(RunDescriptionOf, AWindowedRunHasItsWindows) {
  const RunDescription run = describe_run(plan(windowed()), provenance());
  EXPECT_EQ(run.program_version, STATEGRAD_VERSION);
  EXPECT_EQ(run.architecture, shape());
  EXPECT_EQ(run.words, 40);
  EXPECT_EQ(run.max_delay, 4);
  EXPECT_EQ(run.rows, 5);
  EXPECT_EQ(run.num_steps, 7);
  EXPECT_EQ(run.num_windows, 4);
  EXPECT_THAT(run.time_steps, testing::ElementsAre(2, 6));
  EXPECT_EQ(run.states, windowed().states);
  EXPECT_EQ(run.provenance.text, "data/Übung.txt");
}

TEST_F(RunDescriptionOf, AContinuousRunHasNone) {
  GradientRun run = plan(continuous());
  run.num_steps = 50;  // means nothing without windows
  const RunDescription description = describe_run(run, provenance());
  EXPECT_EQ(description.num_steps, 0);
  EXPECT_EQ(description.num_windows, 0);
  EXPECT_TRUE(description.time_steps.empty());
}

TEST_F(RunDescriptionOf, FingerprintsTellTextsAndVocabulariesApart) {
  GradientRun run = plan(continuous());
  const RunDescription first = describe_run(run, provenance());
  std::vector<WordId> other = text_;
  other[17] = (other[17] + 1) % 6;
  run.text = other;
  EXPECT_NE(describe_run(run, provenance()).text_fingerprint, first.text_fingerprint);
  EXPECT_EQ(describe_run(run, provenance()).vocabulary_fingerprint, first.vocabulary_fingerprint);
  const Vocabulary words({"w0", "w1", "w2", "w3", "w4", "x5"});
  run.vocabulary = &words;
  EXPECT_NE(describe_run(run, provenance()).vocabulary_fingerprint, first.vocabulary_fingerprint);
  EXPECT_EQ(first.text_fingerprint.size(), 16U);
}

TEST_F(RunDescriptionOf, CountsAreThoseThatThePassDelivers) {
  GradientOptions long_delays = windowed();
  long_delays.max_delay = 50;
  for (const GradientOptions& options : {windowed(), continuous(), long_delays}) {
    const RunDescription run = describe_run(plan(options), provenance());
    const gradient::KeepingSink kept = keep(options);
    std::vector<std::int64_t> counts(static_cast<std::size_t>(run.max_delay));
    for (const auto& [place, block] : kept.blocks) {
      if (block.key.state_index == 0) ++counts[static_cast<std::size_t>(block.key.delay)];
    }
    for (int d = 0; d < run.max_delay; ++d) {
      EXPECT_EQ(count_at_delay(run, d), counts[static_cast<std::size_t>(d)]) << d;
      EXPECT_EQ(counts[static_cast<std::size_t>(d)] > 0, d < delays_that_occur(run)) << d;
    }
  }
}

TEST_F(RunDescriptionOf, FactsNameStatesDelaysAndWindows) {
  const RunDescription run = describe_run(plan(windowed()), provenance());
  EXPECT_EQ(fact(run, "states"), "cell of layer 1, hidden of layer 0");
  EXPECT_EQ(fact(run, "delays"), "0 to 3");
  EXPECT_EQ(fact(run, "windows"), "4 of 7 words, time steps 2, 6");
  EXPECT_EQ(fact(run, "directions"), "5 (the dimensions of the embedding)");
  EXPECT_EQ(fact(run, "words"), "40");
  EXPECT_EQ(fact(run, "precision"), "float64");
  GradientOptions all = windowed();
  all.time_steps.clear();
  EXPECT_EQ(fact(describe_run(plan(all), provenance()), "windows"),
            "4 of 7 words, time steps 0 to 6");
  EXPECT_EQ(fact(describe_run(plan(continuous()), provenance()), "windows"), "none: continuous");
  EXPECT_EQ(fact(run, "rank_tolerance"), "none: exact");
  EXPECT_EQ(fact(run, "inputs"), "words");
}

TEST_F(RunDescriptionOf, FingerprintOfAFileIsThatOfItsBytes) {
  // A little more than the chunks in which files are read.
  std::string content((1 << 20) + 3, 'x');
  write_file(folder_ / "a", content);
  write_file(folder_ / "b", content);
  content.back() = 'y';
  write_file(folder_ / "c", content);
  content.pop_back();
  write_file(folder_ / "d", content);
  EXPECT_EQ(fingerprint_of_file(folder_ / "a"), fingerprint_of_file(folder_ / "b"));
  EXPECT_NE(fingerprint_of_file(folder_ / "a"), fingerprint_of_file(folder_ / "c"));
  EXPECT_NE(fingerprint_of_file(folder_ / "c"), fingerprint_of_file(folder_ / "d"));
  EXPECT_EQ(fingerprint_of_file(folder_ / "a").size(), 16U);
}

TEST_F(RunDescriptionOf, FingerprintOfAMissingFileOrFolderNamesIt) {
  EXPECT_THAT([&] { (void)fingerprint_of_file(folder_ / "absent"); },
              ThrowsMessage<DataError>(HasSubstr("absent")));
  EXPECT_THAT([&] { (void)fingerprint_of_file(folder_); },
              ThrowsMessage<DataError>(HasSubstr(folder_.string())));
}

}  // namespace
}  // namespace stategrad::sinks

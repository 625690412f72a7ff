// SPDX-License-Identifier: MIT
#include "sinks/sentence_norms.h"

#include <cmath>

#include "sinks/class_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class SentencesOf : public ClassSumsTest {
 protected:
  static constexpr int kDelays = 6;

  [[nodiscard]] Sentence sentence(std::int64_t first, std::int64_t words) const {
    return {.first = first, .words = {text_.begin() + first, text_.begin() + first + words}};
  }
  /// One that is longer than the delays, one of a word, and one behind a gap.
  [[nodiscard]] SentenceNorms three() const {
    return {.of = 7, .sentences = {sentence(3, 9), sentence(12, 1), sentence(20, 4)}, .norms = {}};
  }
  /// The norms of a pass over these sources; none: all.
  [[nodiscard]] SentenceNorms norms_of(SentenceNorms sentences,
                                       std::vector<std::int64_t> sources = {}) const {
    GradientOptions options = both_states();
    options.sources = std::move(sources);
    SentenceSink sink(sentences);
    run(options, sink);
    return sentences;
  }
  [[nodiscard]] std::filesystem::path write(const SentenceNorms& sentences,
                                            const std::string& name) const {
    ModelTables model_tables = tables();
    model_tables.sentences = sentences;
    const std::filesystem::path file = folder_ / (name + ".h5");
    merge_class_statistics(parts(name, {}), true, &model_tables, file);
    return file;
  }
};

TEST(SentenceCells, AreATriangleUpToTheDelays) {
  EXPECT_EQ(sentence_cells(1, 6), 1);
  EXPECT_EQ(sentence_cells(4, 6), 10);
  EXPECT_EQ(sentence_cells(9, 6), 21 + 3 * 6);
  EXPECT_EQ(sentence_cells(9, 1), 9);
  EXPECT_EQ(sentence_cell(0, 0, 6), 0U);
  EXPECT_EQ(sentence_cell(3, 2, 6), 8U);
  EXPECT_EQ(sentence_cell(7, 5, 6), 21U + 6 + 5);
}

TEST_F(SentencesOf, APassHoldTheNormOfEveryBlockWithinThem) {
  const SentenceNorms found = norms_of(three());
  const gradient::KeepingSink all = keep(both_states());
  ASSERT_EQ(found.norms.size(), 2U);
  for (int state = 0; state < 2; ++state) {
    std::size_t at = 0;
    for (const Sentence& sentence : found.sentences) {
      for (std::int64_t word = 0; word < std::ssize(sentence.words); ++word) {
        for (int delay = 0; delay <= std::min<std::int64_t>(word, kDelays - 1); ++delay) {
          double squares = 0;
          for (const double value : all.blocks.at({state, sentence.first + word, delay}).values) {
            squares += value * value;
          }
          EXPECT_NEAR(found.norms[static_cast<std::size_t>(state)].at(at++), std::sqrt(squares),
                      1e-14);
        }
      }
    }
    EXPECT_EQ(at, found.norms[static_cast<std::size_t>(state)].size());
  }
}

TEST_F(SentencesOf, APassOverTheirWordsAreThoseOfAPassOverAll) {
  std::vector<std::int64_t> sources;
  const SentenceNorms sentences = three();
  for (const Sentence& sentence : sentences.sentences) {
    for (std::int64_t w = 0; w < std::ssize(sentence.words); ++w) {
      sources.push_back(sentence.first + w);
    }
  }
  EXPECT_EQ(norms_of(three(), sources), norms_of(three()));
}

TEST_F(SentencesOf, APassLeaveAnotherSinkWhatItGets) {
  SentenceNorms sentences = three();
  gradient::KeepingSink inner;
  SentenceSink both(sentences, &inner);
  run(both_states(), both);
  const gradient::KeepingSink alone = keep(both_states());
  EXPECT_EQ(sentences, norms_of(three()));
  EXPECT_EQ(inner.order, alone.order);
  EXPECT_EQ(inner.sums, alone.sums);
  EXPECT_EQ(inner.ended, alone.ended);
  EXPECT_TRUE(inner.finished);
}

TEST_F(SentencesOf, TwoPiecesAreUnitedInTheOrderOfTheText) {
  const SentenceNorms all = norms_of(three());
  const SentenceNorms middle = norms_of({7, {sentence(12, 1)}, {}});
  const SentenceNorms others = norms_of({7, {sentence(3, 9), sentence(20, 4)}, {}});
  EXPECT_EQ(united(middle, others, kDelays), all);
  EXPECT_EQ(united(others, middle, kDelays), all);
  EXPECT_EQ(united(all, middle, kDelays), all);
  EXPECT_EQ(united({}, all, kDelays), all);
}

TEST_F(SentencesOf, ThatWereTypedStandBehindThoseOfTheTextOnce) {
  const SentenceNorms of_text = norms_of({7, {sentence(12, 1)}, {}});
  SentenceNorms typed{7, {{kTyped, {2, 4}}}, {{0.5, 0.25, 0.125}, {1, 2, 3}}};
  const SentenceNorms both = united(typed, of_text, kDelays);
  ASSERT_EQ(both.sentences.size(), 2U);
  EXPECT_EQ(both.sentences[1].first, kTyped);
  EXPECT_EQ(both.norms[1].back(), 3);
  EXPECT_EQ(united(both, typed, kDelays), both);
}

TEST_F(SentencesOf, AFileAreThoseThatWereWritten) {
  const SentenceNorms typed{7, {{kTyped, {2, 4}}}, {{0.5, 0.25, 0.125}, {1, 2, 3}}};
  const SentenceNorms all = united(norms_of(three()), typed, kDelays);
  EXPECT_EQ(ClassStatisticsReader(write(all, "some")).head().sentences, all);
  EXPECT_EQ(ClassStatisticsReader(write({}, "none")).head().sentences, SentenceNorms());
}

TEST_F(SentencesOf, ADamagedFileAreRefusedNamingTheArray) {
  const auto file = write(norms_of(three()), "whole");
  const struct {
    const char* change;
    const char* message;
  } cases[] = {
      {"f['sentences/first'][1] = 4", "/sentences/first: a sentence at 4"},
      {"f['sentences/first'][0] = -1", "/sentences/first: a sentence at 12"},
      {"f['sentences/first'][2] = 37", "/sentences/first: a sentence at 37"},
      {"f['sentences/first'][2] = 2**63 - 1", "a sentence at 9223372036854775807"},
      {"f['sentences/length'][0] = 99", "/sentences/words: not of the shape"},
      {"f['sentences/length'][0] = 0; f['sentences/length'][1] = 10", "a sentence of no words"},
      {"f['sentences/words'][0] = 6", "/sentences/words: a word that is not below 6"},
      {"f['cell/layer_1/sentences/norm'][0] = -1", "value 0 is below zero"},
      {"del f['sentences/length']", "/sentences/length"},
      {"del f['sentences'].attrs['of']", "of"},
      {"f['sentences'].attrs['of'] = 2", "of = 2, for 3 sentences of the text"},
  };
  for (const auto& one : cases) {
    std::filesystem::copy_file(file, folder_ / "altered.h5",
                               std::filesystem::copy_options::overwrite_existing);
    python("import h5py\nf = h5py.File('altered.h5', 'r+')\n" + std::string(one.change));
    EXPECT_THAT([&] { ClassStatisticsReader reader(folder_ / "altered.h5"); },
                ThrowsMessage<DataError>(HasSubstr(one.message)))
        << one.change;
  }
}

}  // namespace
}  // namespace stategrad::sinks

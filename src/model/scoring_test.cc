// SPDX-License-Identifier: MIT
#include "model/scoring.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"
#include "model/model_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::model {
namespace {

std::vector<WordId> random_text(std::size_t length, std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<WordId> ids(length);
  for (WordId& id : ids) id = static_cast<WordId>(random.below(7));
  return ids;
}

/// Log-probabilities of words 1..N-1 of a text, read in windows of `steps` words.
template <class Real>
std::vector<double> score_text(const LanguageModel<Real>& model, const std::vector<WordId>& text,
                               std::size_t steps, ThreadTeam& team) {
  Scorer<Real> scorer(model, 1, static_cast<int>(steps), team);
  const std::span<const WordId> ids(text);
  std::vector<double> result(text.size() - 1);
  for (std::size_t first = 0; first < result.size(); first += steps) {
    const std::size_t n = std::min(steps, result.size() - first);
    scorer.score(ids.subspan(first, n), ids.subspan(first + 1, n),
                 std::span(result).subspan(first, n));
  }
  return result;
}

class Scoring : public testing::TestWithParam<CellKind> {};

TEST_P(Scoring, DoesNotDependOnTheWindows) {
  ThreadTeam team(2);
  const auto model = tiny_model<double>(GetParam());
  const std::vector<WordId> text = random_text(101, 1);
  const std::vector<double> whole = score_text(model, text, 100, team);
  for (const std::size_t steps : {1, 7, 64, 256}) {
    const std::vector<double> parts = score_text(model, text, steps, team);
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(parts[i], whole[i], 1e-12);
  }
}

TEST_P(Scoring, ProbabilitiesOfTheNextWordSumToOne) {
  ThreadTeam team(1);
  const auto model = tiny_model<double>(GetParam());
  double sum = 0;
  for (WordId next = 0; next < 7; ++next) {
    sum += std::exp(score_text(model, {2, 3, 4, next}, 3, team).back());
  }
  EXPECT_NEAR(sum, 1, 1e-12);
}

TEST_P(Scoring, KeepsStreamsApart) {
  ThreadTeam team(2);
  const auto model = tiny_model<double>(GetParam());
  constexpr int kStreams = 3, kSteps = 5;
  std::vector<std::vector<WordId>> texts;
  std::vector<WordId> inputs, targets;
  for (int b = 0; b < kStreams; ++b) {
    texts.push_back(random_text(2 * kSteps + 1, 10 + static_cast<std::uint64_t>(b)));
  }
  Scorer<double> scorer(model, kStreams, kSteps, team);
  std::vector<double> scores(kStreams * kSteps);
  for (int window = 0; window < 2; ++window) {
    inputs.clear();
    targets.clear();
    for (int t = window * kSteps; t < (window + 1) * kSteps; ++t) {
      for (const auto& text : texts) {
        inputs.push_back(text[static_cast<std::size_t>(t)]);
        targets.push_back(text[static_cast<std::size_t>(t) + 1]);
      }
    }
    scorer.score(inputs, targets, scores);
    for (std::size_t b = 0; b < kStreams; ++b) {
      const std::vector<double> alone = score_text(model, texts[b], 2 * kSteps, team);
      for (std::size_t t = 0; t < kSteps; ++t) {
        EXPECT_NEAR(scores[t * kStreams + b], alone[static_cast<std::size_t>(window) * kSteps + t],
                    1e-12);
      }
    }
  }
}

TEST_P(Scoring, StartsAgainAfterReset) {
  ThreadTeam team(1);
  const auto model = tiny_model<double>(GetParam());
  Scorer<double> scorer(model, 1, 4, team);
  const std::vector<WordId> inputs = {1, 2, 3, 4}, targets = {2, 3, 4, 5};
  std::vector<double> first(4), carried(4), again(4);
  scorer.score(inputs, targets, first);
  scorer.score(inputs, targets, carried);
  scorer.reset();
  scorer.score(inputs, targets, again);
  EXPECT_NE(carried, first);
  EXPECT_EQ(again, first);
}

TEST_P(Scoring, AgreesInBothPrecisions) {
  ThreadTeam team(1);
  const auto model = tiny_model<float>(GetParam());
  const std::vector<WordId> text = random_text(60, 2);
  const std::vector<double> rounded = score_text(model, text, 16, team);
  const std::vector<double> exact = score_text(model.as<double>(), text, 16, team);
  for (std::size_t i = 0; i < exact.size(); ++i) EXPECT_NEAR(rounded[i], exact[i], 1e-5);
}

struct CellName {
  std::string operator()(const testing::TestParamInfo<CellKind>& cell) const {
    return std::string(to_string(cell.param));
  }
};

INSTANTIATE_TEST_SUITE_P(Cells, Scoring,
                         testing::Values(CellKind::kLstm, CellKind::kGru, CellKind::kRnn),
                         CellName());

TEST(Scorer, RefusesWordsOutsideTheVocabularyAndWindowsThatDoNotFit) {
  ThreadTeam team(1);
  const auto model = tiny_model<float>(CellKind::kLstm);
  Scorer<float> scorer(model, 2, 2, team);
  std::vector<double> out(2);
  EXPECT_THROW(scorer.score(std::vector<WordId>{0, 7}, std::vector<WordId>{0, 0}, out), UsageError);
  EXPECT_THROW(scorer.score(std::vector<WordId>{0, 0}, std::vector<WordId>{-1, 0}, out),
               UsageError);
  EXPECT_THROW(
      scorer.score(std::vector<WordId>{0}, std::vector<WordId>{0}, std::span<double>(out).first(1)),
      UsageError);
  out.resize(6);
  EXPECT_THROW(scorer.score(std::vector<WordId>(6), std::vector<WordId>(6), out), UsageError);
  EXPECT_THROW(Scorer<float>(model, 0, 2, team), UsageError);
}

}  // namespace
}  // namespace stategrad::model

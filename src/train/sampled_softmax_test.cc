// SPDX-License-Identifier: MIT
#include "train/sampled_softmax.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "train/test_support.h"

namespace stategrad::train {
namespace {

constexpr int kSize = SampledSoftmax<double>::kSampleSize;

TEST(LogUniform, ProbabilitiesAddUpToOne) {
  double sum = 0;
  for (WordId word = 0; word < 1000; ++word) sum += log_uniform_probability(word, 1000);
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_NEAR(log_uniform_probability(0, 1000), std::log(2.0) / std::log(1001.0), 1e-15);
}

TEST(DrawCandidates, GivesDistinctWordsOfTheVocabulary) {
  CandidateSample sample;
  for (std::uint64_t key = 0; key < 50; ++key) {
    draw_candidates(key, 200, kSize, sample);
    const std::set<WordId> distinct(sample.words.begin(), sample.words.end());
    EXPECT_EQ(distinct.size(), kSize);
    EXPECT_GE(*distinct.begin(), 0);
    EXPECT_LT(*distinct.rbegin(), 200);
    EXPECT_GE(sample.tries, kSize);
  }
}

TEST(DrawCandidates, IsAFunctionOfTheKey) {
  CandidateSample first;
  CandidateSample again;
  CandidateSample other;
  draw_candidates(1, 10000, kSize, first);
  draw_candidates(1, 10000, kSize, again);
  draw_candidates(2, 10000, kSize, other);
  EXPECT_EQ(first.words, again.words);
  EXPECT_EQ(first.tries, again.tries);
  EXPECT_NE(first.words, other.words);
}

TEST(DrawCandidates, CanTakeTheWholeVocabulary) {
  CandidateSample sample;
  draw_candidates(3, 5, 5, sample);
  std::sort(sample.words.begin(), sample.words.end());
  EXPECT_EQ(sample.words, (std::vector<WordId>{0, 1, 2, 3, 4}));
}

TEST(DrawCandidates, TakesWordsAsOftenAsExpected) {
  constexpr int kRuns = 4000;
  constexpr std::int64_t kVocabulary = 300;
  std::vector<double> seen(kVocabulary);
  std::vector<double> expected(kVocabulary);
  CandidateSample sample;
  for (int run = 0; run < kRuns; ++run) {
    draw_candidates(static_cast<std::uint64_t>(run), kVocabulary, kSize, sample);
    for (const WordId word : sample.words) seen[word] += 1.0 / kRuns;
    for (WordId word = 0; word < kVocabulary; ++word) {
      expected[word] += expected_count(word, kVocabulary, sample.tries) / kRuns;
    }
  }
  // Standard deviation of a share: at most sqrt(0.25 / 4000) = 0.008.
  for (WordId word = 0; word < kVocabulary; ++word) {
    EXPECT_NEAR(seen[word], expected[word], 0.04) << word;
  }
}

TEST(ExpectedCount, IsOneMinusTheChanceToBeMissedByEveryTry) {
  const double p = log_uniform_probability(3, 100);
  EXPECT_NEAR(expected_count(3, 100, 40), 1 - std::pow(1 - p, 40), 1e-14);
}

/// The loss and its terms written down plainly from their definition.
double plain_loss(const Parameters<double>& parameters, const std::vector<double>& hidden,
                  const std::vector<WordId>& targets, const CandidateSample& sample,
                  bool keep_hits) {
  const Architecture& shape = parameters.architecture;
  const auto logit = [&](std::size_t n, WordId word) {
    double value = parameters.output_bias[word];
    for (int u = 0; u < shape.size; ++u) {
      value += hidden[n * shape.size + u] * parameters.output_weight[word * shape.size + u];
    }
    const double p =
        std::log((word + 2.0) / (word + 1.0)) / std::log(static_cast<double>(shape.vocab_size) + 1);
    return value - std::log(1 - std::pow(1 - p, static_cast<double>(sample.tries)));
  };
  double loss = 0;
  for (std::size_t n = 0; n < targets.size(); ++n) {
    double sum = std::exp(logit(n, targets[n]));
    for (const WordId word : sample.words) {
      if (keep_hits || word != targets[n]) sum += std::exp(logit(n, word));
    }
    loss += std::log(sum) - logit(n, targets[n]);
  }
  return loss;
}

TEST(SampledSoftmax, RemovesAccidentalHits) {
  const Architecture shape{CellKind::kRnn, false, 1, 60, 3, 4};
  const auto parameters = random_parameters<double>(shape, 2, 0.8);
  // Frequent words: among 32 log-uniform ones of 60 nearly surely.
  const std::vector<WordId> targets{0, 1, 2, 59, 0};
  std::vector<double> hidden(targets.size() * 4);
  for (std::size_t i = 0; i < hidden.size(); ++i)
    hidden[i] = std::sin(1.0 + static_cast<double>(i));
  std::vector<double> hidden_gradient(hidden.size());
  ThreadTeam team(2);
  Gradients<double> gradients(shape);
  gradients.output_sparse = true;
  SampledSoftmax<double> softmax(shape, 5, 1);
  const double loss = softmax.run(parameters, hidden.data(), targets, 6, 1.0,
                                  hidden_gradient.data(), gradients, team);
  const CandidateSample& sample = softmax.sample();
  ASSERT_NE(std::find(sample.words.begin(), sample.words.end(), 0), sample.words.end());
  EXPECT_NEAR(loss, plain_loss(parameters, hidden, targets, sample, false), 1e-10);
  EXPECT_GT(plain_loss(parameters, hidden, targets, sample, true), loss + 0.01);
}

TEST(SampledSoftmax, TouchesTargetsAndSampleOnly) {
  const Architecture shape{CellKind::kRnn, false, 1, 5000, 3, 4};
  const auto parameters = random_parameters<float>(shape, 2, 0.8);
  const std::vector<WordId> targets{4000, 17};
  const std::vector<float> hidden(8, 0.5F);
  std::vector<float> hidden_gradient(8);
  ThreadTeam team(1);
  Gradients<float> gradients(shape);
  SampledSoftmax<float> softmax(shape, 2, 1);
  softmax.run(parameters, hidden.data(), targets, 0, 1.0F, hidden_gradient.data(), gradients, team);
  std::set<WordId> nonzero;
  for (WordId word = 0; word < 5000; ++word) {
    if (gradients.values.output_bias[word] != 0) nonzero.insert(word);
  }
  const auto& touched = gradients.output_rows.rows();
  EXPECT_EQ(nonzero, std::set<WordId>(touched.begin(), touched.end()));
  EXPECT_TRUE(nonzero.contains(4000));
  EXPECT_LE(nonzero.size(), static_cast<std::size_t>(kSize) + 2);
}

}  // namespace
}  // namespace stategrad::train

// SPDX-License-Identifier: MIT
#include "gradient/prediction_gradients.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "gradient/gradient_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr Architecture kShape{
    .cell = CellKind::kLstm, .num_layers = 2, .vocab_size = 9, .embedding_size = 3, .size = 5};

const auto kAll = [](std::int64_t) { return true; };

/// log p(word | hidden state of the top layer).
double log_probability(const LanguageModel<double>& model, const std::vector<double>& hidden,
                       WordId word) {
  const auto& p = model.parameters();
  double sum = 0;
  double wanted = 0;
  for (std::size_t v = 0; v < p.output_bias.size(); ++v) {
    const double logit = std::inner_product(
        hidden.begin(), hidden.end(), p.output_weight.data() + v * hidden.size(), p.output_bias[v]);
    sum += std::exp(logit);
    if (v == static_cast<std::size_t>(word)) wanted = logit;
  }
  return wanted - std::log(sum);
}

/// Hidden states of the top layer after every word.
std::vector<std::vector<double>> hidden_states(const LanguageModel<double>& model,
                                               const std::vector<WordId>& text) {
  const NaiveReference reference(model);
  auto states = reference.start();
  std::vector<std::vector<double>> out;
  for (const WordId word : text) {
    reference.step(states, word, nullptr);
    out.emplace_back();
    for (const Dual& h : states.back()[0]) out.back().push_back(h.v);
  }
  return out;
}

TEST(PredictionGradients, AreThoseOfFiniteDifferences) {
  const auto model = random_model(kShape, 3);
  const auto text = random_text(kShape, 30, 4);
  const auto hidden = hidden_states(model, text);
  ThreadTeam team(2);
  PredictionGradients<double> gradients(model, text, team);
  constexpr double kStep = 1e-5;
  for (const std::int64_t words : {7, 1, 22}) {
    const std::int64_t first = gradients.position();
    gradients.advance(words, kAll);
    for (std::int64_t t = first; t < std::min<std::int64_t>(first + words, 29); ++t) {
      const auto got = gradients.at(t);
      ASSERT_EQ(got.size(), 5U) << t;
      for (std::size_t u = 0; u < 5; ++u) {
        auto up = hidden[static_cast<std::size_t>(t)];
        auto down = up;
        up[u] += kStep;
        down[u] -= kStep;
        const WordId next = text[static_cast<std::size_t>(t) + 1];
        const double expected =
            (log_probability(model, up, next) - log_probability(model, down, next)) / (2 * kStep);
        EXPECT_NEAR(got[u], expected, 1e-9) << t << " " << u;
      }
    }
  }
}

TEST(PredictionGradients, AreThereForWantedPositionsOfTheLastStretchOnly) {
  const auto model = random_model(kShape, 3);
  const auto text = random_text(kShape, 12, 4);
  ThreadTeam team(1);
  PredictionGradients<double> whole(model, text, team);
  PredictionGradients<double> some(model, text, team);
  whole.advance(8, kAll);
  some.advance(8, [](std::int64_t position) { return position == 3 || position == 6; });
  EXPECT_TRUE(some.at(2).empty());
  ASSERT_FALSE(some.at(3).empty());
  for (std::size_t u = 0; u < 5; ++u) EXPECT_DOUBLE_EQ(some.at(6)[u], whole.at(6)[u]);
  some.advance(100, kAll);
  EXPECT_EQ(some.position(), 12);
  EXPECT_TRUE(some.at(3).empty());
  EXPECT_FALSE(some.at(10).empty());
  EXPECT_TRUE(some.at(11).empty()) << "no word follows the last one";
  EXPECT_TRUE(some.at(12).empty());
}

TEST(PredictionGradients, NoneIsWantedInAStretchIsNoError) {
  const auto model = random_model(kShape, 3);
  const auto text = random_text(kShape, 12, 4);
  ThreadTeam team(2);
  PredictionGradients<double> gradients(model, text, team);
  gradients.advance(12, [](std::int64_t) { return false; });
  EXPECT_TRUE(gradients.at(5).empty());
}

TEST(PredictionGradients, ThatAreNotFiniteNameTheWord) {
  const auto random = random_model(kShape, 3);
  Parameters<double> parameters(kShape);
  const auto from = named_tensors(random.parameters());
  auto to = named_tensors(parameters);
  for (std::size_t i = 0; i < to.size(); ++i) {
    std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
  }
  parameters.output_weight[7] = std::numeric_limits<double>::quiet_NaN();
  const LanguageModel<double> model(random.vocabulary(), std::move(parameters));
  const std::vector<WordId> text = {1, 8, 2};
  ThreadTeam team(1);
  PredictionGradients<double> gradients(model, text, team);
  EXPECT_THAT([&] { gradients.advance(3, kAll); },
              ThrowsMessage<NumericalError>(HasSubstr("word 1 ('w8') is not finite")));
}

}  // namespace
}  // namespace stategrad::gradient

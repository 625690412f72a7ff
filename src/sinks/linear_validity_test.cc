// SPDX-License-Identifier: MIT
#include "sinks/linear_validity.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "gradient/gradient_test_util.h"
#include "gradient/python_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

using gradient::NaiveReference;
using testing::HasSubstr;
using testing::ThrowsMessage;

Architecture shape_of(CellKind cell, int layers = 2) {
  return {.cell = cell, .num_layers = layers, .vocab_size = 8, .embedding_size = 3, .size = 4};
}

/// A model whose embeddings are `scale` times those of another one.
LanguageModel<double> scaled_embeddings(const LanguageModel<double>& model, double scale) {
  Parameters<double> parameters(model.architecture());
  auto to = named_tensors(parameters);
  const auto from = named_tensors(model.parameters());
  for (std::size_t i = 0; i < to.size(); ++i) {
    std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
  }
  for (double& value : parameters.embedding) value *= scale;
  return {model.vocabulary(), std::move(parameters)};
}

double total(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

class LinearValidityOf : public testing::Test {
 protected:
  [[nodiscard]] ReplacementSample sample() const {
    return draw_replacements(text_, {.max_delay = options_.max_delay, .samples = 12, .seed = 3});
  }
  [[nodiscard]] std::vector<ValidityValues> validity(const LanguageModel<double>& model) const {
    ThreadTeam team(1);
    return linear_validity(model, text_, sample().replacements, options_, team);
  }
  /// The states of the replaced and the original text, by dual numbers and their formulas.
  [[nodiscard]] std::vector<double> true_state(const LanguageModel<double>& model,
                                               std::vector<WordId> text, std::int64_t position,
                                               const StateOfLayer& of) const {
    const NaiveReference reference(model);
    auto states = reference.start();
    for (std::int64_t t = 0; t <= position; ++t) {
      reference.step(states, text[static_cast<std::size_t>(t)], nullptr);
    }
    std::vector<double> out;
    const auto& state = states[static_cast<std::size_t>(of.layer)];
    for (const gradient::Dual& x : state[of.state == StateKind::kCell ? 1 : 0]) out.push_back(x.v);
    return out;
  }
  /// J_d (e' - e) of one replacement, by the naive reference's state gradient.
  [[nodiscard]] std::vector<double> prediction(const LanguageModel<double>& model,
                                               std::size_t state, const Replacement& replacement,
                                               int delay) const {
    const std::int64_t position = replacement.position + delay;
    GradientOptions options;
    options.states = options_.states;
    options.max_delay = options_.max_delay;
    const GradientRun run = plan_state_gradients(model, std::span<const WordId>(text_), options);
    const WordId word = text_[static_cast<std::size_t>(replacement.position)];
    const auto matrix = gradient::naive_gradient(model, run, {},
                                                 {.state_index = static_cast<int>(state),
                                                  .position = position,
                                                  .delay = delay,
                                                  .source = word});
    const double* embedding = model.parameters().embedding.data();
    std::vector<double> out(4);
    for (std::size_t u = 0; u < 4; ++u) {
      for (std::size_t e = 0; e < 3; ++e) {
        out[u] +=
            matrix[u * 3 + e] * (embedding[static_cast<std::size_t>(replacement.word) * 3 + e] -
                                 embedding[static_cast<std::size_t>(word) * 3 + e]);
      }
    }
    return out;
  }

  struct Compared {
    double ratio = 0;
    double cosine = 0;
    double error = 0;
  };
  [[nodiscard]] Compared compared(const LanguageModel<double>& model, std::size_t state,
                                  const Replacement& replacement, int delay) const {
    auto other = text_;
    other[static_cast<std::size_t>(replacement.position)] = replacement.word;
    const std::int64_t position = replacement.position + delay;
    const auto p = prediction(model, state, replacement, delay);
    const auto before = true_state(model, text_, position, options_.states[state]);
    const auto after = true_state(model, other, position, options_.states[state]);
    double pp = 0;
    double cc = 0;
    double pc = 0;
    double dd = 0;
    for (std::size_t u = 0; u < 4; ++u) {
      const double c = after[u] - before[u];
      pp += p[u] * p[u];
      cc += c * c;
      pc += p[u] * c;
      dd += (c - p[u]) * (c - p[u]);
    }
    return {std::sqrt(pp / cc), pc / std::sqrt(pp * cc), std::sqrt(dd / cc)};
  }

  std::vector<WordId> text_ = gradient::random_text(shape_of(CellKind::kLstm), 300, 6);
  ValidityOptions options_ = {.states = {}, .max_delay = 4, .stop = nullptr, .on_progress = {}};
};

TEST_F(LinearValidityOf, AModelComparesWhatTheFormulasGive) {
  for (const CellKind cell : {CellKind::kLstm, CellKind::kGru, CellKind::kRnn}) {
    const auto model = gradient::random_model(shape_of(cell), 5);
    options_.states = {{StateKind::kHidden, 1}};
    if (cell == CellKind::kLstm) options_.states.push_back({StateKind::kCell, 0});
    const std::vector<ValidityValues> got = validity(model);
    const ReplacementSample drawn = sample();
    ASSERT_EQ(got.size(), options_.states.size());
    ASSERT_EQ(drawn.replacements.size(), 12U);
    for (std::size_t state = 0; state < options_.states.size(); ++state) {
      for (std::size_t i = 0; i < 48; ++i) {
        const Replacement& replacement = drawn.replacements[i / 4];
        const auto delay = static_cast<int>(i % 4);
        const Compared expected = compared(model, state, replacement, delay);
        EXPECT_NEAR(got[state].ratio[i], expected.ratio, 1e-9 * expected.ratio);
        EXPECT_NEAR(got[state].cosine[i], expected.cosine, 1e-9);
        EXPECT_NEAR(got[state].error[i], expected.error, 1e-9 * expected.error);
      }
    }
  }
}

/// Ratio, cosine and error of every replacement and delay in one text.
constexpr const char* kScript = R"(
import torch
torch.set_default_dtype(torch.float64)
V, E, H, L, D = 8, 3, 4, 2, 4
embedding, rnn = torch.nn.Embedding(V, E), torch.nn.CELL(E, H, L)
k = 0
for p in [embedding.weight, *rnn.parameters()]:
    p.data = 0.8 * torch.sin(1.7 * torch.arange(k, k + p.numel()) + 0.3).reshape(p.shape)
    k += p.numel()
text, replacements = TEXT, REPLACEMENTS
def states(x):
    return rnn(x.unsqueeze(1))[0].squeeze(1)
x = embedding(torch.tensor(text)).detach()
for place, word in replacements:
    def last(e):
        return states(torch.cat([x[:place], e.unsqueeze(0), x[place + 1 : place + D]]))[-D:]
    old, new = x[place], embedding.weight[word].detach()
    jacobian = torch.autograd.functional.jacobian(last, old)
    for d in range(D):
        p, c = jacobian[d] @ (new - old), (last(new) - last(old)).detach()[d]
        row = [p.norm() / c.norm(), p @ c / (p.norm() * c.norm()), (c - p).norm() / c.norm()]
        print(*("%.17g" % v for v in row))
)";

TEST_F(LinearValidityOf, AModelIsWhatPyTorchFinds) {
  text_.resize(40);
  options_.states = {{StateKind::kHidden, 1}};
  for (const CellKind cell : {CellKind::kLstm, CellKind::kRnn}) {
    const ValidityValues got = validity(gradient::sine_model(shape_of(cell))).at(0);
    std::vector<std::string> pairs;
    for (const auto& [position, word] : sample().replacements) {
      pairs.push_back(fmt::format("({}, {})", position, word));
    }
    std::string script = kScript;
    script.replace(script.find("TEXT"), 4, fmt::format("[{}]", fmt::join(text_, ", ")));
    script.replace(script.find("REPLACEMENTS"), 12, fmt::format("[{}]", fmt::join(pairs, ", ")));
    const auto expected = gradient::python_answer(script, to_string(cell));
    if (expected.empty()) GTEST_SKIP() << "/usr/bin/python3 has no torch";
    ASSERT_EQ(expected.size(), 3U * 48U);
    for (std::size_t i = 0; i < 48; ++i) {
      EXPECT_NEAR(got.ratio[i], expected[i * 3], 1e-9);
      EXPECT_NEAR(got.cosine[i], expected[i * 3 + 1], 1e-9);
      EXPECT_NEAR(got.error[i], expected[i * 3 + 2], 1e-9);
    }
  }
}

TEST_F(LinearValidityOf, SmallChangesIsPerfectAndItsErrorProportionalToThem) {
  const auto model = gradient::random_model(shape_of(CellKind::kLstm), 5);
  const ValidityValues coarse = validity(scaled_embeddings(model, 1e-3)).at(0);
  const ValidityValues fine = validity(scaled_embeddings(model, 1e-4)).at(0);
  EXPECT_NEAR(total(fine.ratio) / 48, 1, 1e-3);
  EXPECT_NEAR(total(fine.cosine) / 48, 1, 1e-6);
  EXPECT_LT(total(fine.error) / 48, 1e-3);
  EXPECT_NEAR(total(coarse.error) / total(fine.error), 10, 0.2);
}

TEST_F(LinearValidityOf, ForgottenWordsLeavesThemOut) {
  // A plain RNN of tiny weights keeps a ten-thousandth of a change over a word.
  const auto model = gradient::random_model(shape_of(CellKind::kRnn, 1), 5, 1e-4);
  options_.max_delay = 10;
  const ValidityValues values = validity(model).at(0);
  for (std::size_t sample = 0; sample < 12; ++sample) {
    EXPECT_FALSE(std::isnan(values.error[sample * 10]));
    EXPECT_TRUE(std::isnan(values.ratio[sample * 10 + 9]));
    EXPECT_TRUE(std::isnan(values.cosine[sample * 10 + 9]));
    EXPECT_TRUE(std::isnan(values.error[sample * 10 + 9]));
  }
}

TEST_F(LinearValidityOf, ATextIsTheSameForEveryTeamAndInEveryPart) {
  const auto model = gradient::random_model(shape_of(CellKind::kLstm), 5);
  const ValidityValues one = validity(model).at(0);
  ThreadTeam team(2);
  std::vector<double> parts;
  for (const auto& [first, last] : {std::pair(0, 130), std::pair(130, 300)}) {
    const auto of_part =
        linear_validity(model, text_, sample().within(first, last).replacements, options_, team);
    parts.insert(parts.end(), of_part[0].error.begin(), of_part[0].error.end());
  }
  ASSERT_EQ(parts.size(), one.error.size());
  for (std::size_t i = 0; i < parts.size(); ++i) EXPECT_NEAR(parts[i], one.error[i], 1e-9);
}

TEST_F(LinearValidityOf, NoReplacementsAreNoValues) {
  const auto model = gradient::random_model(shape_of(CellKind::kLstm), 5);
  ThreadTeam team(1);
  const auto values = linear_validity(model, text_, {}, options_, team);
  ASSERT_EQ(values.size(), 1U);
  EXPECT_TRUE(values[0].ratio.empty());
}

TEST_F(LinearValidityOf, NonsenseIsRefused) {
  const auto model = gradient::random_model(shape_of(CellKind::kLstm), 5);
  const auto expect_refused = [&](std::vector<Replacement> replacements, const char* message) {
    ThreadTeam team(1);
    EXPECT_THAT(
        [&] { static_cast<void>(linear_validity(model, text_, replacements, options_, team)); },
        ThrowsMessage<UsageError>(HasSubstr(message)));
  };
  expect_refused({{297, 0}}, "position 297: the text has fewer than 4 words from there");
  expect_refused({{7, 0}, {3, 0}}, "sources must rise");
  text_[299] = 8;  // might be drawn
  expect_refused({{0, 1}}, "has the id 8");
}

TEST_F(LinearValidityOf, MoreSamplesTakeMoreMemory) {
  const auto model = gradient::random_model(shape_of(CellKind::kLstm), 5);
  GradientOptions options;
  options.max_delay = options_.max_delay;
  const GradientRun run = plan_state_gradients(model, std::span<const WordId>(text_), options);
  const auto bytes = [&](std::int64_t samples) {
    const auto drawn = draw_replacements(text_, {.max_delay = 4, .samples = samples});
    return linear_validity_bytes(run, drawn.replacements, 1);
  };
  EXPECT_EQ(linear_validity_bytes(run, {}, 1), 0U);
  EXPECT_GT(bytes(200), bytes(100));
}

TEST_F(LinearValidityOf, AnInterruptedPassThrows) {
  const std::atomic<bool> stop{true};
  options_.stop = &stop;
  EXPECT_THROW(static_cast<void>(validity(gradient::random_model(shape_of(CellKind::kGru), 5))),
               Interrupted);
}

TEST(Replacements, AreOtherWordsOfTheSameSignatureAsOftenAsTheyOccur) {
  // Signature 0: words 0 (half of all tokens), 1 and 2 (a quarter each); signature 1: word 3.
  std::vector<WordId> text;
  std::vector<std::int32_t> signature;
  for (int i = 0; i < 4000; ++i) {
    text.insert(text.end(), {0, 1, 0, 2, 3});
    signature.insert(signature.end(), {0, 0, 0, 0, 1});
  }
  ReplacementOptions options;
  options.max_delay = 3;
  options.samples = 20000;
  options.signature = signature;
  const auto sample = draw_replacements(text, options);
  const auto& drawn = sample.replacements;
  EXPECT_EQ(sample.left_out.size(), 3999U)
      << "all of word 3 but the last, which has no three delays";
  EXPECT_EQ(sample.left_out.front(), 4);
  EXPECT_EQ(drawn.size() + sample.left_out.size(), 19998U);
  std::map<std::pair<WordId, WordId>, int> count;
  for (const auto& [position, word] : drawn) {
    ++count[{text[static_cast<std::size_t>(position)], word}];
  }
  EXPECT_EQ(count.size(), 6U);
  EXPECT_NEAR((count[{0, 1}]), 4000, 200);
  EXPECT_NEAR((count[{0, 2}]), 4000, 200);
  EXPECT_NEAR((count[{1, 0}]), 4000 * 2 / 3, 150);
  EXPECT_NEAR((count[{1, 2}]), 4000 / 3, 150);
  EXPECT_NEAR((count[{2, 0}]), 4000 * 2 / 3, 150);
  EXPECT_NEAR((count[{2, 1}]), 4000 / 3, 150);
  EXPECT_EQ(draw_replacements(text, options).replacements, drawn);
  options.seed = 2;
  EXPECT_NE(draw_replacements(text, options).replacements, drawn);
}

TEST(Replacements, OfAStretchAreThoseAtItsPositions) {
  const ReplacementSample sample = {.replacements = {{2, 1}, {5, 0}, {9, 1}},
                                    .left_out = {3, 5, 7}};
  const ReplacementSample part = sample.within(3, 7);
  EXPECT_EQ(part.replacements, (std::vector<Replacement>{{5, 0}}));
  EXPECT_EQ(part.left_out, (std::vector<std::int64_t>{3, 5}));
}

TEST(Replacements, NeedAsManyWordsAsDelays) {
  const std::vector<WordId> text(300);
  const auto expect_refused = [&](const ReplacementOptions& options, const char* message) {
    EXPECT_THAT([&] { static_cast<void>(draw_replacements(text, options)); },
                ThrowsMessage<UsageError>(HasSubstr(message)));
  };
  expect_refused({.max_delay = 4, .samples = 0}, "0 samples at 4 delays");
  expect_refused({.max_delay = 301}, "the text has 300 words: 301 delays");
  const std::vector<std::int32_t> short_one(7);
  expect_refused({.signature = short_one}, "7 signatures of 300 words");
}

}  // namespace
}  // namespace stategrad::sinks

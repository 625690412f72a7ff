// SPDX-License-Identifier: MIT
#include "gradient/gate_logs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "gradient/gradient_test_util.h"
#include "gradient/python_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

Architecture shape_of(CellKind cell, bool reset_after = false) {
  return {.cell = cell,
          .reset_after = reset_after,
          .num_layers = 2,
          .vocab_size = 7,
          .embedding_size = 3,
          .size = 4};
}

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }

/// ln of the gate of unit u, from the layer's input and its old hidden state, both textbook's.
double log_gate(const cells::LayerWeights<double>& w, const std::vector<double>& input,
                const std::vector<double>& hidden, std::size_t u) {
  const std::size_t row = hidden.size() + u;  // the second gate
  double sum = w.bias_ih[row] + w.bias_hh[row];
  for (std::size_t i = 0; i < input.size(); ++i) {
    sum += w.weight_ih[row * input.size() + i] * input[i];
  }
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    sum += w.weight_hh[row * hidden.size() + i] * hidden[i];
  }
  return std::log(sigmoid_of(sum));
}

std::vector<double> values_of(const NaiveReference::Vector& duals) {
  std::vector<double> out;
  for (const Dual& dual : duals) out.push_back(dual.v);
  return out;
}

class GateLogsOf : public testing::TestWithParam<Architecture> {};

TEST_P(GateLogsOf, ATextAreThoseOfTheFormulas) {
  const auto model = random_model(GetParam(), 2);
  const auto text = random_text(GetParam(), 150, 3);
  ThreadTeam team(1);
  const GateLogs logs = sum_gate_logs(model, std::span<const WordId>(text), {.blocks = 4}, team);
  EXPECT_THAT(logs.count, ElementsAre(38, 37, 38, 37));

  std::vector<double> expected(std::size_t{2} * 4 * 4);
  const NaiveReference reference(model);
  auto states = reference.start();
  for (std::size_t t = 0; t < text.size(); ++t) {
    const auto old = states;
    reference.step(states, text[t], nullptr);
    const double* row = model.parameters().embedding.data() + 3 * text[t];
    std::vector<double> input(row, row + 3);
    for (std::size_t l = 0; l < 2; ++l) {
      for (std::size_t u = 0; u < 4; ++u) {
        expected[(l * 4 + t * 4 / 150) * 4 + u] +=
            log_gate(model.parameters().layers[l], input, values_of(old[l][0]), u);
      }
      input = values_of(states[l][0]);
    }
  }
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(logs.sum[i], expected[i], 1e-10);
  EXPECT_EQ(logs.of_layer(1).size(), 16U);
  EXPECT_EQ(logs.of_layer(1)[5], logs.sum[21]);
}

INSTANTIATE_TEST_SUITE_P(Cells, GateLogsOf,
                         testing::Values(shape_of(CellKind::kLstm), shape_of(CellKind::kGru),
                                         shape_of(CellKind::kGru, true)),
                         [](const auto& test) {
                           return fmt::format("{}{}", to_string(test.param.cell),
                                              test.param.reset_after ? "After" : "");
                         });

/// Sums over the words in two blocks of the gate with PyTorch's rows H..2H, from its states.
constexpr const char* kScript = R"(
import torch
torch.set_default_dtype(torch.float64)
V, E, H = 7, 3, 4
text = [1, 5, 2, 2, 6, 0, 3, 4, 1, 1]
embedding, rnn = torch.nn.Embedding(V, E), torch.nn.CELL(E, H)
k = 0
for p in [embedding.weight, *rnn.parameters()]:
    p.data = 0.8 * torch.sin(1.7 * torch.arange(k, k + p.numel()) + 0.3).reshape(p.shape)
    k += p.numel()
x = embedding(torch.tensor(text))
hidden = rnn(x.unsqueeze(1))[0].squeeze(1)
old = torch.cat([torch.zeros(1, H), hidden[:-1]])
w, u, b, c = (p[H : 2 * H] for p in rnn.parameters())
logs = torch.log(torch.sigmoid(x @ w.T + b + old @ u.T + c))
print(*("%.17g" % v for v in torch.cat([logs[:5].sum(0), logs[5:].sum(0)]).tolist()))
)";

TEST(GateLogs, AreThoseOfTheGatesOfPyTorch) {
  const std::vector<WordId> text = {1, 5, 2, 2, 6, 0, 3, 4, 1, 1};
  ThreadTeam team(1);
  for (const CellKind cell : {CellKind::kLstm, CellKind::kGru}) {
    const auto expected = python_answer(kScript, to_string(cell));
    if (expected.empty()) GTEST_SKIP() << "/usr/bin/python3 has no torch";
    Architecture shape = shape_of(cell, cell == CellKind::kGru);
    shape.num_layers = 1;
    const auto got =
        sum_gate_logs(sine_model(shape), std::span<const WordId>(text), {.blocks = 2}, team).sum;
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-13);
  }
}

/// A model of one unit whose forget gate has this bias and no weights.
template <class Real>
LanguageModel<Real> constant_gate(Real bias) {
  const Architecture shape{
      .cell = CellKind::kLstm, .num_layers = 1, .vocab_size = 2, .embedding_size = 1, .size = 1};
  Parameters<Real> parameters(shape);
  for (auto& tensor : named_tensors(parameters)) {
    std::fill(tensor.values.begin(), tensor.values.end(), Real{0});
  }
  parameters.layers[0].bias_ih[1] = bias;
  return {Vocabulary({"a", "b"}), std::move(parameters)};
}

TEST(GateLogs, OfAGateThatRoundsToZeroAreFinite) {
  const std::vector<WordId> text = {0, 1, 1};
  ThreadTeam team(1);
  const GateLogs logs =
      sum_gate_logs(constant_gate<float>(-500), std::span<const WordId>(text), {}, team);
  EXPECT_NEAR(logs.sum[0] / 3, std::log(std::numeric_limits<float>::min()), 1e-5);
}

TEST(GateLogs, OfStretchesAddUpToThoseOfTheText) {
  const Architecture shape = shape_of(CellKind::kLstm);
  const auto model = random_model(shape, 2);
  const auto text = random_text(shape, 200, 3);
  ThreadTeam team(1);
  const auto sums = [&](std::int64_t first, std::optional<std::int64_t> last) {
    return sum_gate_logs(model, std::span<const WordId>(text),
                         {.blocks = 4, .first = first, .last = last}, team);
  };
  const GateLogs whole = sums(0, std::nullopt);
  GateLogs added = sums(0, 70);
  EXPECT_THAT(added.count, ElementsAre(50, 20, 0, 0));
  added += sums(70, 71);
  added += sums(71, 200);
  EXPECT_EQ(added.count, whole.count);
  for (std::size_t i = 0; i < whole.sum.size(); ++i) {
    EXPECT_NEAR(added.sum[i], whole.sum[i], 1e-12 * std::abs(whole.sum[i]));
  }
  EXPECT_THROW(added += GateLogs{}, InternalError);
}

class BadGateLogs : public testing::Test {
 protected:
  void expect_refused(CellKind cell, const GateLogsOptions& options, const char* message) {
    EXPECT_THAT(
        [&] {
          static_cast<void>(sum_gate_logs(random_model(shape_of(cell), 1),
                                          std::span<const WordId>(text_), options, team_));
        },
        ThrowsMessage<UsageError>(HasSubstr(message)));
  }
  std::vector<WordId> text_ = {0, 1, 1};
  ThreadTeam team_{1};
};

TEST_F(BadGateLogs, AreRefused) {
  expect_refused(CellKind::kRnn, {}, "a plain RNN has no gate");
  expect_refused(CellKind::kLstm, {.blocks = 0}, "0 blocks of 3 words");
  expect_refused(CellKind::kGru, {.first = 2, .last = 1}, "words 2 to 1 of 3");
  expect_refused(CellKind::kGru, {.first = 2, .last = 4}, "words 2 to 4 of 3");
  text_ = {0, 7};
  expect_refused(CellKind::kLstm, {}, "word id 7: the vocabulary has 0 to 6");
  text_.clear();
  expect_refused(CellKind::kLstm, {}, "1 blocks of 0 words");
}

TEST_F(BadGateLogs, OfWeightsThatAreNotFiniteAreAnError) {
  const auto broken = constant_gate<double>(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THROW(static_cast<void>(sum_gate_logs(broken, std::span<const WordId>(text_), {}, team_)),
               NumericalError);
}

TEST_F(BadGateLogs, AreNotReturnedWhenInterrupted) {
  const std::atomic<bool> stop{true};
  EXPECT_THROW(
      static_cast<void>(sum_gate_logs(constant_gate<double>(0), std::span<const WordId>(text_),
                                      {.stop = &stop}, team_)),
      Interrupted);
}

}  // namespace
}  // namespace stategrad::gradient

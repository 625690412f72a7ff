// SPDX-License-Identifier: MIT
#include "gradient/used_gradients.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradient/gradient_test_util.h"
#include "gradient/layer_stack.h"
#include "gradient/python_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// Used gradients by position and delay.
using Used = std::map<std::pair<std::int64_t, int>, std::vector<double>>;

Architecture shape_of(CellKind cell, bool reset_after = false, int layers = 2) {
  return {.cell = cell,
          .reset_after = reset_after,
          .num_layers = layers,
          .vocab_size = 7,
          .embedding_size = 3,
          .size = 4};
}

Used used_of(const LanguageModel<double>& model, const ReadWords& text,
             const GradientOptions& options, int threads = 1) {
  Used out;
  KeepingSink stored;
  ThreadTeam team(threads);
  compute_stored_and_used(model, text, options,
                          {.stored = &stored,
                           .used =
                               [&](const UsedGradient& used) {
                                 const auto [place, is_new] = out.try_emplace(
                                     {used.key.position, used.key.delay},
                                     std::vector<double>(used.values.begin(), used.values.end()));
                                 EXPECT_TRUE(is_new) << used.key.position << " " << used.key.delay;
                               }},
                          team);
  return out;
}

/// The same by dual numbers through the whole model, softmax included.
std::vector<double> naive_used(const LanguageModel<double>& model, const std::vector<WordId>& text,
                               std::int64_t position, int delay) {
  const NaiveReference reference(model);
  const auto& p = model.parameters();
  const auto width = static_cast<std::size_t>(p.architecture.embedding_size);
  std::vector<double> out;
  for (std::size_t e = 0; e < width; ++e) {
    std::vector<double> direction(width);
    direction[e] = 1;
    auto states = reference.start();
    for (std::int64_t t = 0; t <= position; ++t) {
      reference.step(states, text[static_cast<std::size_t>(t)],
                     t == position - delay ? direction.data() : nullptr);
    }
    const auto& hidden = states.back()[0];
    Dual wanted;
    Dual sum;
    for (std::size_t v = 0; v < p.output_bias.size(); ++v) {
      Dual logit{p.output_bias[v]};
      for (std::size_t u = 0; u < hidden.size(); ++u) {
        logit = logit + Dual{p.output_weight[v * hidden.size() + u]} * hidden[u];
      }
      sum = sum + Dual{std::exp(logit.v), std::exp(logit.v) * logit.d};
      if (static_cast<WordId>(v) == text[static_cast<std::size_t>(position) + 1]) wanted = logit;
    }
    out.push_back(wanted.d - sum.d / sum.v);
  }
  return out;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected,
                 double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], tolerance);
}

class UsedGradients : public testing::TestWithParam<Architecture> {};

TEST_P(UsedGradients, AreTheDerivativesOfTheLogProbability) {
  const auto model = random_model(GetParam(), 5);
  const auto text = random_text(GetParam(), 14, 6);
  GradientOptions options;
  options.max_delay = 5;
  const Used used = used_of(model, {text}, options);
  EXPECT_EQ(used.size(), 13U * 5 - (1 + 2 + 3 + 4));
  for (const auto& [place, values] : used) {
    expect_near(values, naive_used(model, text, place.first, place.second), 1e-12);
  }
}

TEST_P(UsedGradients, AreThoseOfFiniteDifferences) {
  const auto model = random_model(GetParam(), 5);
  const auto text = random_text(GetParam(), 8, 6);
  GradientOptions options;
  options.max_delay = 7;
  const Used used = used_of(model, {text}, options);
  ThreadTeam team(1);
  const auto& p = model.parameters();
  const int layers = GetParam().num_layers;
  /// log p of the last word, with one number of the word at `source` changed.
  const auto log_probability = [&](std::size_t source, std::size_t e, double change) {
    LayerStack<double> stack(model, layers, 7, 1);
    stack.embed(std::span(text).first(7));
    stack.input()[source * 3 + e] += change;
    stack.forward(team);
    const auto hidden = stack.state_after({StateKind::kHidden, layers - 1}, 6);
    double sum = 0;
    double wanted = 0;
    for (std::size_t v = 0; v < p.output_bias.size(); ++v) {
      double logit = p.output_bias[v];
      for (std::size_t u = 0; u < 4; ++u) logit += p.output_weight[v * 4 + u] * hidden[u];
      sum += std::exp(logit);
      if (static_cast<WordId>(v) == text[7]) wanted = logit;
    }
    return wanted - std::log(sum);
  };
  for (std::size_t source = 0; source < 7; ++source) {
    for (std::size_t e = 0; e < 3; ++e) {
      const double expected =
          (log_probability(source, e, 1e-5) - log_probability(source, e, -1e-5)) / 2e-5;
      EXPECT_NEAR(used.at({6, 6 - static_cast<int>(source)})[e], expected, 1e-9);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, UsedGradients,
                         testing::Values(shape_of(CellKind::kLstm),
                                         shape_of(CellKind::kLstm, false, 1),
                                         shape_of(CellKind::kGru), shape_of(CellKind::kGru, true),
                                         shape_of(CellKind::kRnn)),
                         [](const auto& test) {
                           const Architecture& shape = test.param;
                           return fmt::format("{}{}Layers{}", to_string(shape.cell),
                                              shape.reset_after ? "After" : "", shape.num_layers);
                         });

constexpr const char* kScript = R"(
import torch
torch.set_default_dtype(torch.float64)
V, E, H, L = 7, 3, 4, 2
text = [1, 5, 2, 2, 6, 0, 3, 4, 1]
embedding, rnn, output = torch.nn.Embedding(V, E), torch.nn.CELL(E, H, L), torch.nn.Linear(H, V)
k = 0
for p in [embedding.weight, *rnn.parameters(), output.weight, output.bias]:
    p.data = 0.8 * torch.sin(1.7 * torch.arange(k, k + p.numel()) + 0.3).reshape(p.shape)
    k += p.numel()
x = embedding(torch.tensor(text)).detach().requires_grad_()
hidden = rnn(x.unsqueeze(1))[0].squeeze(1)
log_p = torch.log_softmax(output(hidden), 1)
for t in range(len(text) - 1):
    (g,) = torch.autograd.grad(log_p[t, text[t + 1]], x, retain_graph=True)
    for d in range(min(4, t + 1)):
        print(*("%.17g" % v for v in g[t - d].tolist()))
)";

TEST(UsedGradientsOfPyTorch, AreTheSame) {
  const std::vector<WordId> text = {1, 5, 2, 2, 6, 0, 3, 4, 1};
  GradientOptions options;
  options.max_delay = 4;
  for (const CellKind cell : {CellKind::kLstm, CellKind::kGru}) {
    const auto expected = python_answer(kScript, to_string(cell));
    if (expected.empty()) GTEST_SKIP() << "/usr/bin/python3 has no torch";
    const auto model = sine_model(shape_of(cell, cell == CellKind::kGru));
    std::vector<double> got;
    for (const auto& [place, values] : used_of(model, {text}, options)) {
      got.insert(got.end(), values.begin(), values.end());
    }
    expect_near(got, expected, 1e-13);
  }
}

class UsedGradientsOfAPass : public testing::Test {
 protected:
  Architecture shape_ = shape_of(CellKind::kLstm);
  LanguageModel<double> model_ = random_model(shape_, 8, 0.7);
  std::vector<WordId> text_ = random_text(shape_, 300, 9);  // more than two pieces of a pass
};

TEST_F(UsedGradientsOfAPass, LeaveTheStoredOnesAsTheyAre) {
  GradientOptions options;
  options.max_delay = 6;
  for (const auto& states :
       {std::vector<StateOfLayer>{}, std::vector<StateOfLayer>{{StateKind::kHidden, 0}},
        std::vector<StateOfLayer>{{StateKind::kHidden, 1}, {StateKind::kCell, 1}}}) {
    options.states = states;
    KeepingSink alone;
    KeepingSink beside;
    ThreadTeam team(1);
    compute_state_gradients(model_, std::span<const WordId>(text_), options, alone, team);
    std::size_t used = 0;
    compute_stored_and_used(model_, {text_}, options,
                            {.stored = &beside, .used = [&](const UsedGradient&) { ++used; }},
                            team);
    EXPECT_EQ(used, 299U * 6 - 15);
    EXPECT_EQ(beside.run.states, alone.run.states);
    EXPECT_EQ(beside.order, alone.order);
    EXPECT_EQ(beside.ended, alone.ended);
    EXPECT_EQ(beside.sums, alone.sums);
    EXPECT_TRUE(beside.finished);
    for (const auto& [place, block] : alone.blocks) {
      ASSERT_EQ(beside.blocks.at(place).values, block.values);
    }
  }
}

TEST_F(UsedGradientsOfAPass, OfPartsAreThoseOfTheWhole) {
  GradientOptions options;
  options.max_delay = 6;
  const Used whole = used_of(model_, {text_}, options);
  options.sources = {150, 151, 170};
  const Used part = used_of(model_, {std::span(text_).first(176), text_[176]}, options);
  EXPECT_EQ(part.size(), 18U);
  for (const auto& [place, values] : part) expect_near(values, whole.at(place), 1e-14);
  EXPECT_TRUE(part.contains({175, 5}));
}

TEST_F(UsedGradientsOfAPass, StayWithinWindows) {
  GradientOptions options;
  options.max_delay = 6;
  const Used whole = used_of(model_, {text_}, options);
  options.windowed = true;
  options.num_steps = 10;
  options.time_steps = {3, 9};
  const Used windowed = used_of(model_, {text_}, options);
  EXPECT_EQ(windowed.size(), 29U * (4 + 6));
  for (const auto& [place, values] : windowed) {
    EXPECT_LE(place.second, place.first % 10);
    expect_near(values, whole.at(place), 1e-14);
  }
}

TEST_F(UsedGradientsOfAPass, FollowTheBasisAndTheRankTolerance) {
  GradientOptions options;
  options.max_delay = 12;
  const Used whole = used_of(model_, {text_}, options);
  options.basis = {1, 2, -1, 0, 0.5, 1};
  options.rank_tolerance = 1e-9;
  const Used along = used_of(model_, {text_}, options);
  EXPECT_EQ(along.size(), whole.size());
  for (const auto& [place, values] : along) {
    const auto& u = whole.at(place);
    expect_near(values, {u[0] + 2 * u[1] - u[2], 0.5 * u[1] + u[2]}, 1e-8);
  }
}

TEST_F(UsedGradientsOfAPass, AreTheSameForEveryTeam) {
  GradientOptions options;
  options.max_delay = 3;
  const Used one = used_of(model_, {text_}, options);
  const Used three = used_of(model_, {text_}, options, 3);
  for (const auto& [place, values] : one) expect_near(values, three.at(place), 1e-14);
  EXPECT_EQ(used_of(model_, {text_}, options, 3), three);
}

TEST_F(UsedGradientsOfAPass, RefuseWhatMakesNoSense) {
  GradientOptions options;
  EXPECT_THAT(
      [&] {
        used_of(model_, {text_, 7}, options);
      },
      ThrowsMessage<UsageError>(HasSubstr("has the id 7: the vocabulary has 0 to 6")));
  options.rows_at_once = 2;
  EXPECT_THAT([&] { used_of(model_, {text_}, options); },
              ThrowsMessage<UsageError>(HasSubstr("rows_at_once is 2")));
}

}  // namespace
}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
#include "gradient/adjoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradient/gradient_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

constexpr StateOfLayer kTopHidden{StateKind::kHidden, 1};

Architecture small(CellKind cell, bool reset_after, int layers) {
  return {.cell = cell,
          .reset_after = reset_after,
          .num_layers = layers,
          .vocab_size = 7,
          .embedding_size = 5,
          .size = 6};
}

std::vector<Architecture> shapes() {
  std::vector<Architecture> all;
  for (const int layers : {1, 2, 3}) {
    all.push_back(small(CellKind::kLstm, false, layers));
    all.push_back(small(CellKind::kGru, false, layers));
    all.push_back(small(CellKind::kGru, true, layers));
    all.push_back(small(CellKind::kRnn, false, layers));
  }
  return all;
}

/// Compares every delay with dual numbers.
void expect_naive(const LanguageModel<double>& model, std::span<const WordId> words,
                  const StateOfLayer& state, int max_delay) {
  ThreadTeam team(2);
  const auto found = adjoint_state_gradients(model, words, state, max_delay, team);
  ASSERT_EQ(found.size(), static_cast<std::size_t>(max_delay));
  const GradientRun run =
      plan_state_gradients(model, words, {.states = {state}, .max_delay = max_delay});
  for (int delay = 0; delay < max_delay; ++delay) {
    const BlockKey key{.position = static_cast<std::int64_t>(words.size()) - 1, .delay = delay};
    const auto expected = naive_gradient(model, run, {}, key);
    const auto& matrix = found[static_cast<std::size_t>(delay)];
    ASSERT_EQ(matrix.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(matrix[i], expected[i], 1e-11 * largest(expected))
          << "delay " << delay << " entry " << i;
    }
  }
}

TEST(Adjoint, EqualsDualNumbersForEveryCellLayerAndState) {
  for (const Architecture& shape : shapes()) {
    const auto model = random_model(shape, 4);
    const auto words = random_text(shape, 9, 4);
    for (int layer = 0; layer < shape.num_layers; ++layer) {
      for (const StateKind kind : {StateKind::kCell, StateKind::kHidden}) {
        SCOPED_TRACE(testing::Message() << to_string(shape.cell) << " of " << shape.num_layers
                                        << " layers, " << to_string(kind) << " of " << layer);
        expect_naive(model, words, {kind, layer}, 4);
        expect_naive(model, words, {kind, layer}, 9);
      }
    }
  }
}

TEST(Adjoint, ReadsAnyNumberOfWordsBeforeTheDelays) {
  const Architecture shape = small(CellKind::kLstm, false, 2);
  const auto model = random_model(shape, 5);
  for (const int words : {64 + 3, 64 + 4, 2 * 64 + 10}) {
    expect_naive(model, random_text(shape, words, 5), kTopHidden, 3);
  }
}

TEST(Adjoint, IsTheSameForEveryTeamAndCloseInFloat32) {
  const Architecture shape = small(CellKind::kGru, false, 2);
  const auto model = random_model(shape, 6);
  const auto words = random_text(shape, 12, 6);
  ThreadTeam one(1);
  ThreadTeam three(3);
  const auto expected = adjoint_state_gradients(model, words, kTopHidden, 5, one);
  EXPECT_EQ(adjoint_state_gradients(model, words, kTopHidden, 5, three), expected);
  const auto rounded = adjoint_state_gradients(model.as<float>(), words, kTopHidden, 5, three);
  for (std::size_t d = 0; d < expected.size(); ++d) {
    for (std::size_t i = 0; i < expected[d].size(); ++i) {
      ASSERT_NEAR(rounded[d][i], expected[d][i], 1e-5 * largest(expected[d])) << "delay " << d;
    }
  }
}

TEST(Adjoint, RefusesDelaysBeyondTheWordsAndLayersBeyondTheModel) {
  const Architecture shape = small(CellKind::kRnn, false, 2);
  const auto model = random_model(shape, 7);
  const auto words = random_text(shape, 4, 7);
  ThreadTeam team(1);
  const auto message = [&](const StateOfLayer& state, int max_delay) -> std::string {
    try {
      (void)adjoint_state_gradients(model, words, state, max_delay, team);
    } catch (const UsageError& e) {
      return e.what();
    }
    return "no error";
  };
  EXPECT_EQ(message(kTopHidden, 5), "max_delay is 5: the adjoint pass over 4 words allows 1 to 4");
  EXPECT_THAT(message(kTopHidden, 0), testing::HasSubstr("max_delay is 0"));
  EXPECT_EQ(message({StateKind::kHidden, 2}, 2), "layer is 2: the model has the layers 0 to 1");
  EXPECT_THAT(message({StateKind::kHidden, -1}, 2), testing::HasSubstr("layer is -1"));
}

}  // namespace
}  // namespace stategrad::gradient

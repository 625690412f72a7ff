// SPDX-License-Identifier: MIT
#include "gradient/layer_stack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradient/gradient_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

const Architecture kShape{
    .cell = CellKind::kLstm, .num_layers = 2, .vocab_size = 7, .embedding_size = 3, .size = 5};

/// The state of a layer after all words, by the textbook formulas.
std::vector<double> textbook_state(const LanguageModel<double>& model,
                                   std::span<const WordId> words, const StateOfLayer& wanted) {
  const NaiveReference reference(model);
  auto states = reference.start();
  for (const WordId word : words) reference.step(states, word, nullptr);
  std::vector<double> values;
  for (const Dual& number :
       states[static_cast<std::size_t>(wanted.layer)][wanted.state == StateKind::kCell ? 1 : 0]) {
    values.push_back(number.v);
  }
  return values;
}

TEST(LayerStack, StreamsGoOnFromTheStateThatOtherWordsLeft) {
  const auto model = random_model(kShape, 1);
  const auto words = random_text(kShape, 150, 1);
  ThreadTeam team(2);
  for (const std::size_t before : {0U, 1U, 64U, 147U}) {
    LayerStack<double> stack(model, 2, 3, 4);
    stack.start_from(read_words(model, 2, std::span(words).first(before), team));
    stack.embed(std::span(words).subspan(before, 3));
    stack.forward(team);
    for (int layer = 0; layer < 2; ++layer) {
      for (const StateKind kind : {StateKind::kCell, StateKind::kHidden}) {
        for (std::size_t step = 0; step < 3; ++step) {
          const auto expected =
              textbook_state(model, std::span(words).first(before + step + 1), {kind, layer});
          const auto states = stack.state_after({kind, layer}, static_cast<int>(step));
          ASSERT_EQ(states.size(), 4 * expected.size());
          for (std::size_t i = 0; i < states.size(); ++i) {
            ASSERT_NEAR(states[i], expected[i % expected.size()], 1e-14)
                << before << " words before, step " << step;
          }
        }
      }
    }
  }
}

TEST(LayerStack, MemoryThatCannotBeHadIsNamed) {
  const auto model = random_model(kShape, 1);
  try {
    const LayerStack<double> stack(model, 2, 2000000000, 1000000);
    FAIL() << "no error";
  } catch (const ResourceError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("2 layers of 5 units over 2000000000 steps of 1000000 "
                                             "streams"));
  }
}

}  // namespace
}  // namespace stategrad::gradient

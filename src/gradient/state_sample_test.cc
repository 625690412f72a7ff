// SPDX-License-Identifier: MIT
#include "gradient/state_sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradient/gradient_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Architecture shape_of(CellKind cell) {
  return {.cell = cell, .num_layers = 2, .vocab_size = 7, .embedding_size = 3, .size = 4};
}

class SampleStatesOf : public testing::TestWithParam<CellKind> {};

TEST_P(SampleStatesOf, ATextAreThoseOfTheFormulas) {
  const auto model = random_model(shape_of(GetParam()), 2);
  const auto text = random_text(shape_of(GetParam()), 150, 3);
  const StateSampleOptions options{
      .states = {{StateKind::kHidden, 1}, {StateKind::kCell, 0}},
      .positions = {0, 1, 63, 64, 130, 149},
      .on_progress = {},
  };
  ThreadTeam team(2);
  const auto found = sample_states(model, std::span<const WordId>(text), options, team);
  ASSERT_EQ(found.size(), 2U);
  const NaiveReference reference(model);
  auto states = reference.start();
  std::vector<double> hidden;
  std::vector<double> cell;
  std::size_t next = 0;
  for (std::size_t t = 0; t < text.size(); ++t) {
    reference.step(states, text[t], nullptr);
    if (options.positions[next] != static_cast<std::int64_t>(t)) continue;
    ++next;
    for (const Dual& number : states[1][0]) hidden.push_back(number.v);
    for (const Dual& number : states[0][GetParam() == CellKind::kLstm ? 1 : 0]) {
      cell.push_back(number.v);
    }
  }
  EXPECT_THAT(found[0], testing::Pointwise(testing::DoubleNear(1e-13), hidden));
  EXPECT_THAT(found[1], testing::Pointwise(testing::DoubleNear(1e-13), cell));
}

INSTANTIATE_TEST_SUITE_P(Cells, SampleStatesOf,
                         testing::Values(CellKind::kLstm, CellKind::kGru, CellKind::kRnn),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(SampleStates, SaysHowFarItIsAndStops) {
  const auto model = random_model(shape_of(CellKind::kLstm), 2);
  const auto text = random_text(shape_of(CellKind::kLstm), 200, 3);
  ThreadTeam team(1);
  std::int64_t done = 0;
  std::atomic<bool> stop = false;
  StateSampleOptions options{.states = {{StateKind::kCell, 0}},
                             .positions = {180},
                             .stop = &stop,
                             .on_progress = [&](std::int64_t words) { done = words; }};
  static_cast<void>(sample_states(model, std::span<const WordId>(text), options, team));
  EXPECT_EQ(done, 181);
  stop = true;
  EXPECT_THROW((void)sample_states(model, std::span<const WordId>(text), options, team),
               Interrupted);
}

TEST(SampleStates, WithoutPositionsAreNone) {
  const auto model = random_model(shape_of(CellKind::kGru), 2);
  ThreadTeam team(1);
  const auto found = sample_states(model, std::span<const WordId>(),
                                   {.states = {{StateKind::kCell, 0}}, .on_progress = {}}, team);
  EXPECT_THAT(found, testing::ElementsAre(testing::IsEmpty()));
}

TEST(SampleStates, BadRequestsAreNamed) {
  const auto model = random_model(shape_of(CellKind::kLstm), 2);
  ThreadTeam team(1);
  const auto fails = [&](std::vector<WordId> text, StateOfLayer state,
                         std::vector<std::int64_t> positions, const char* message) {
    const StateSampleOptions options{
        .states = {state}, .positions = std::move(positions), .on_progress = {}};
    EXPECT_THAT([&] { (void)sample_states(model, std::span<const WordId>(text), options, team); },
                ThrowsMessage<UsageError>(HasSubstr(message)));
  };
  fails({1, 2, 3}, {StateKind::kCell, 2}, {1}, "layer 2: the model has 0 to 1");
  fails({1, 2, 3}, {StateKind::kCell, 0}, {1, 3}, "position 3 after 1: rising ones below 3");
  fails({1, 2, 3}, {StateKind::kCell, 0}, {2, 2}, "position 2 after 2");
  fails({1, 9, 3}, {StateKind::kCell, 0}, {1}, "word id 9: the vocabulary has 0 to 6");
}

}  // namespace
}  // namespace stategrad::gradient

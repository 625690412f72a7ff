// SPDX-License-Identifier: MIT
#include "gradient/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "base/memory.h"
#include "gradient/engine.h"
#include "gradient/gradient_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

Architecture shape_of(CellKind cell, int layers, int embedding, int size) {
  return {.cell = cell,
          .num_layers = layers,
          .vocab_size = 9,
          .embedding_size = embedding,
          .size = size};
}

TEST(EngineBytes, AreWhatAnEngineTakes) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers take memory of their own";
#endif
  for (const CellKind cell : {CellKind::kLstm, CellKind::kGru, CellKind::kRnn}) {
    const Architecture shape = shape_of(cell, 2, 48, 128);
    const auto model = random_model(shape, 1);
    const auto text = random_text(shape, 200, 1);
    for (const double tolerance : {0.0, 0.01}) {
      const GradientRun run =
          plan_state_gradients(model, text, {.max_delay = 100, .rank_tolerance = tolerance});
      ThreadTeam team(1);
      ::malloc_trim(0);  // what earlier tests freed would be taken again, unseen
      const auto before = static_cast<double>(resident_memory());
      const StateGradientEngine<double> engine(model, run, {}, team);
      const double taken = static_cast<double>(resident_memory()) - before;
      const auto foreseen = static_cast<double>(engine_bytes(run, DType::kFloat64));
      EXPECT_NEAR(foreseen, taken, 0.15 * taken + 1e6) << to_string(cell) << ' ' << tolerance;
    }
  }
}

TEST(EngineBytes, OfUpperLayersThatNobodyWantsAreNotTaken) {
  const Architecture shape = shape_of(CellKind::kLstm, 3, 8, 16);
  const auto model = random_model(shape, 2);
  const auto text = random_text(shape, 50, 2);
  const auto bytes = [&](int layer) {
    const GradientOptions options{.states = {{StateKind::kCell, layer}}, .max_delay = 20};
    return engine_bytes(plan_state_gradients(model, text, options), DType::kFloat32);
  };
  EXPECT_GT(bytes(1), bytes(0) + 3 * 20 * 8 * 16 * sizeof(float));
  EXPECT_GT(bytes(2), bytes(1));
}

TEST(RowsThatFit, AreAllOrSpreadEvenlyOverTheReadings) {
  const Architecture shape = shape_of(CellKind::kLstm, 1, 100, 8);
  const auto model = random_model(shape, 3);
  const auto text = random_text(shape, 300, 3);
  GradientRun run = plan_state_gradients(model, text, {.max_delay = 200});
  const auto of_rows = [&](int rows) {
    GradientRun part = run;
    part.rows = rows;
    return engine_bytes(part, DType::kFloat32);
  };
  EXPECT_EQ(rows_that_fit(run, DType::kFloat32, of_rows(100)), 100);
  EXPECT_EQ(rows_that_fit(run, DType::kFloat32, of_rows(100) - 1), 50);
  EXPECT_EQ(rows_that_fit(run, DType::kFloat32, of_rows(49)), 34);
  EXPECT_EQ(rows_that_fit(run, DType::kFloat32, of_rows(1)), 1);
  EXPECT_THAT([&] { (void)rows_that_fit(run, DType::kFloat32, of_rows(1) - 1); },
              testing::ThrowsMessage<ResourceError>(testing::HasSubstr("one direction")));
}

class SumsInParts : public testing::TestWithParam<int> {};

/// Takes blocks in parts, and keeps the sums and the sum of the norms of each delay.
class PartsSink : public KeepingSink {
 public:
  [[nodiscard]] bool takes_parts() const override { return true; }
  void push(const GradientBlock& block) override {
    norms[{block.key.state_index, block.key.position, block.key.delay}] += block.squared_norm;
    rows += block.rows;
    first_rows.push_back(block.first_row);
  }

  std::map<Place, double> norms;
  std::int64_t rows = 0;
  std::vector<int> first_rows;
};

TEST_P(SumsInParts, AreThoseOfOneReading) {
  for (const bool own_basis : {false, true}) {
    const Architecture shape = shape_of(CellKind::kLstm, 2, 7, 19);
    const auto model = random_model(shape, 4);
    const auto text = random_text(shape, 40, 4);
    GradientOptions options{.states = {{StateKind::kCell, 1}, {StateKind::kHidden, 0}},
                            .max_delay = 6};
    RandomStream random(5);
    for (int i = 0; own_basis && i < 4 * 7; ++i) options.basis.push_back(random.uniform() - 0.5);
    ThreadTeam team(2);
    KeepingSink whole;
    compute_state_gradients(model, text, options, whole, team);
    options.rows_at_once = GetParam();
    std::int64_t progress = 0;
    options.on_progress = [&](std::int64_t done) {
      EXPECT_GE(done, progress);
      progress = done;
    };
    PartsSink parts;
    compute_state_gradients(model, text, options, parts, team);
    EXPECT_EQ(progress, 40);
    EXPECT_EQ(parts.run.rows, own_basis ? 4 : 7);
    EXPECT_EQ(parts.sums, whole.sums);
    EXPECT_EQ(parts.norms.size(), whole.blocks.size());
    EXPECT_EQ(parts.rows, parts.run.rows * static_cast<std::int64_t>(whole.blocks.size()));
    for (const auto& [place, norm] : parts.norms) {
      EXPECT_NEAR(norm, whole.blocks.at(place).squared_norm, 1e-13 * norm);
    }
    EXPECT_TRUE(parts.finished);
  }
}

INSTANTIATE_TEST_SUITE_P(RowsAtOnce, SumsInParts, testing::Values(1, 2, 3, 7, 100));

TEST(RowsAtOnce, ASinkOfWholeMatricesRefusesThem) {
  const Architecture shape = shape_of(CellKind::kRnn, 1, 4, 4);
  const auto model = random_model(shape, 6);
  const auto text = random_text(shape, 5, 6);
  ThreadTeam team(1);
  KeepingSink sink;
  EXPECT_THAT([&] { compute_state_gradients(model, text, {.rows_at_once = 3}, sink, team); },
              testing::ThrowsMessage<UsageError>(testing::HasSubstr("rows_at_once is 3")));
  EXPECT_THROW(compute_state_gradients(model, text, {.rows_at_once = -1}, sink, team), UsageError);
  EXPECT_NO_THROW(compute_state_gradients(model, text, {.rows_at_once = 4}, sink, team));
}

}  // namespace
}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
#include "base/training_size.h"

#include <gtest/gtest.h>

namespace stategrad {
namespace {

TEST(ArchitectureOf, TakesTheSizesOfTheConfiguration) {
  Config config;
  config.basic_cell = CellKind::kGru;
  config.reset_after = true;
  config.num_layers = 2;
  config.size = 5;
  EXPECT_EQ(architecture_of(config, 9), (Architecture{CellKind::kGru, true, 2, 9, 5, 5}));
  config.embedding_size = 3;
  EXPECT_EQ(architecture_of(config, 9).embedding_size, 3);
  config.basic_cell = CellKind::kLstm;
  EXPECT_FALSE(architecture_of(config, 9).reset_after);
}

TEST(EstimateMemory, WithoutAVocabularyIsLessThanWithOne) {
  Config config;
  const MemoryEstimate least = estimate_memory(config, architecture_of(config, 0));
  const MemoryEstimate whole = estimate_memory(config, architecture_of(config, 10000));
  // Three copies of an LSTM with E = H = 256.
  EXPECT_EQ(least.weights, 3.0 * 4 * 1024 * (256 + 256 + 2));
  EXPECT_GT(least.windows, 0);
  EXPECT_LT(least.weights, whole.weights);
  EXPECT_LT(least.windows, whole.windows);
}

}  // namespace
}  // namespace stategrad

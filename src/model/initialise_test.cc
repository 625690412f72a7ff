// SPDX-License-Identifier: MIT
#include "model/initialise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace stategrad::model {
namespace {

Architecture shape(CellKind cell) {
  return {.cell = cell,
          .reset_after = false,
          .num_layers = 2,
          .vocab_size = 500,
          .embedding_size = 24,
          .size = 32};
}

template <class Real>
Parameters<Real> initialised(CellKind cell, const InitOptions& options) {
  Parameters<Real> parameters(shape(cell));
  initialise(parameters, options);
  return parameters;
}

bool is_recurrent_bias(const std::string& name) { return name.starts_with("rnn.bias"); }

TEST(Initialise, DrawsWeightsUniformly) {
  const InitOptions options{.scale = 0.1, .seed = 3};
  const auto parameters = initialised<double>(CellKind::kLstm, options);
  for (const auto& tensor : named_tensors(parameters)) {
    if (is_recurrent_bias(tensor.name)) continue;
    double sum = 0, squares = 0;
    for (const double value : tensor.values) {
      ASSERT_LE(std::abs(value), options.scale) << tensor.name;
      sum += value;
      squares += value * value;
    }
    const auto n = static_cast<double>(tensor.values.size());
    const double variance = options.scale * options.scale / 3;
    EXPECT_NEAR(sum / n, 0, 5 * std::sqrt(variance / n)) << tensor.name;
    // The squares of a uniform variable have variance 4/45 s⁴.
    const double spread = std::pow(options.scale, 2) * std::sqrt(4.0 / 45 / n);
    EXPECT_NEAR(squares / n, variance, 5 * spread) << tensor.name;
    const auto [low, high] = std::minmax_element(tensor.values.begin(), tensor.values.end());
    EXPECT_LT(*low, -0.9 * options.scale) << tensor.name;
    EXPECT_GT(*high, 0.9 * options.scale) << tensor.name;
  }
}

TEST(Initialise, DrawsEveryTensorFromAStreamOfItsOwn) {
  const auto parameters = initialised<double>(CellKind::kLstm, {});
  std::set<double> first_values;
  int drawn = 0;
  for (const auto& tensor : named_tensors(parameters)) {
    if (is_recurrent_bias(tensor.name)) continue;
    first_values.insert(tensor.values.front());
    ++drawn;
  }
  EXPECT_EQ(first_values.size(), static_cast<std::size_t>(drawn));
}

TEST(Initialise, StartsBiasesOfLstmAtZeroButForForgetBias) {
  const auto parameters = initialised<float>(CellKind::kLstm, {.forget_bias = 1.5});
  for (const auto& layer : parameters.layers) {
    for (std::size_t u = 0; u < layer.bias_ih.size(); ++u) {
      EXPECT_EQ(layer.bias_ih[u], u / 32 == 1 ? 1.5F : 0.0F);
      EXPECT_EQ(layer.bias_hh[u], 0);
    }
  }
}

TEST(Initialise, StartsGatesOfGruAtOneAndItsCandidateAtZero) {
  const auto parameters = initialised<float>(CellKind::kGru, {.forget_bias = 1.5});
  for (const auto& layer : parameters.layers) {
    for (std::size_t u = 0; u < layer.bias_ih.size(); ++u) {
      EXPECT_EQ(layer.bias_ih[u], u < 64 ? 1.0F : 0.0F);
      EXPECT_EQ(layer.bias_hh[u], 0);
    }
  }
}

TEST(Initialise, StartsBiasesOfRnnAtZero) {
  const auto parameters = initialised<float>(CellKind::kRnn, {.forget_bias = 1.5});
  for (const auto& layer : parameters.layers) {
    for (const float value : layer.bias_ih) EXPECT_EQ(value, 0);
    for (const float value : layer.bias_hh) EXPECT_EQ(value, 0);
  }
}

TEST(Initialise, GivesFloatTheRoundedNumbersOfDouble) {
  const auto exact = initialised<double>(CellKind::kGru, {});
  const auto rounded = initialised<float>(CellKind::kGru, {});
  const auto a = named_tensors(exact);
  const auto b = named_tensors(rounded);
  for (std::size_t k = 0; k < a.size(); ++k) {
    for (std::size_t i = 0; i < a[k].values.size(); ++i) {
      ASSERT_EQ(b[k].values[i], static_cast<float>(a[k].values[i])) << a[k].name;
    }
  }
}

TEST(Initialise, IsAFunctionOfTheSeed) {
  const auto one = initialised<float>(CellKind::kRnn, {.seed = 1});
  const auto again = initialised<float>(CellKind::kRnn, {.seed = 1});
  const auto two = initialised<float>(CellKind::kRnn, {.seed = 2});
  EXPECT_TRUE(std::equal(one.embedding.begin(), one.embedding.end(), again.embedding.begin()));
  EXPECT_FALSE(std::equal(one.embedding.begin(), one.embedding.end(), two.embedding.begin()));
}

TEST(InitialEmbeddingRow, IsTheRowThatInitialiseDraws) {
  const InitOptions options{.scale = 0.2, .seed = 5};
  const auto parameters = initialised<double>(CellKind::kRnn, options);
  std::vector<double> row(24);
  initial_embedding_row(321, options, row);
  for (std::size_t e = 0; e < row.size(); ++e) {
    EXPECT_EQ(row[e], parameters.embedding[321 * 24 + e]);
  }
}

}  // namespace
}  // namespace stategrad::model

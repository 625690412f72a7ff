// SPDX-License-Identifier: MIT
#include "model/parameters.h"

#include <gmock/gmock.h>

namespace stategrad {
namespace {

using testing::ElementsAre;

Architecture shape(CellKind cell, bool reset_after = false) {
  return {.cell = cell,
          .reset_after = reset_after,
          .num_layers = 2,
          .vocab_size = 11,
          .embedding_size = 3,
          .size = 5};
}

TEST(Parameters, HaveTheNamesAndShapesOfPyTorch) {
  const Parameters<float> parameters(shape(CellKind::kLstm));
  std::vector<std::string> names;
  std::vector<std::vector<std::int64_t>> shapes;
  for (const auto& tensor : named_tensors(parameters)) {
    names.push_back(tensor.name);
    shapes.push_back(tensor.shape);
  }
  EXPECT_THAT(
      names, ElementsAre("embedding.weight", "rnn.weight_ih_l0", "rnn.weight_hh_l0",
                         "rnn.bias_ih_l0", "rnn.bias_hh_l0", "rnn.weight_ih_l1", "rnn.weight_hh_l1",
                         "rnn.bias_ih_l1", "rnn.bias_hh_l1", "output.weight", "output.bias"));
  EXPECT_THAT(shapes,
              ElementsAre(ElementsAre(11, 3), ElementsAre(20, 3), ElementsAre(20, 5),
                          ElementsAre(20), ElementsAre(20), ElementsAre(20, 5), ElementsAre(20, 5),
                          ElementsAre(20), ElementsAre(20), ElementsAre(11, 5), ElementsAre(11)));
}

TEST(Parameters, HaveAsManyValuesAsTheirShapesSay) {
  for (const CellKind cell : {CellKind::kLstm, CellKind::kGru, CellKind::kRnn}) {
    const Parameters<double> parameters(shape(cell));
    for (const auto& tensor : named_tensors(parameters)) {
      std::size_t count = 1;
      for (const std::int64_t n : tensor.shape) count *= static_cast<std::size_t>(n);
      EXPECT_EQ(tensor.values.size(), count) << tensor.name;
      for (const double value : tensor.values) EXPECT_EQ(value, 0);
    }
  }
}

TEST(Parameters, TrainBiasHhOfTheCandidateOfResetAfterOnly) {
  const auto trained_from = [](Architecture architecture) {
    const Parameters<float> parameters(architecture);
    return named_tensors(parameters)[4].trained_from;
  };
  EXPECT_EQ(trained_from(shape(CellKind::kLstm)), 20U);
  EXPECT_EQ(trained_from(shape(CellKind::kRnn)), 5U);
  EXPECT_EQ(trained_from(shape(CellKind::kGru)), 15U);
  EXPECT_EQ(trained_from(shape(CellKind::kGru, true)), 10U);
  const Parameters<float> parameters(shape(CellKind::kGru, true));
  for (const auto& tensor : named_tensors(parameters)) {
    if (!tensor.name.starts_with("rnn.bias_hh")) {
      EXPECT_EQ(tensor.trained_from, 0U);
    }
  }
}

TEST(Parameters, CanBeWrittenThroughTheirTensors) {
  Parameters<float> parameters(shape(CellKind::kRnn));
  named_tensors(parameters).back().values[10] = 7;
  EXPECT_EQ(parameters.output_bias[10], 7);
}

}  // namespace
}  // namespace stategrad

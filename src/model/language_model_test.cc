// SPDX-License-Identifier: MIT
#include "stategrad/language_model.h"

#include <gmock/gmock.h>

#include "model/initialise.h"
#include "model/model_test_util.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

using model::tiny_architecture;
using model::tiny_model;
using model::tiny_vocabulary;

template <class Action>
std::string usage_error(Action action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(LanguageModels, KeepVocabularyAndWeights) {
  const LanguageModel<float> model = tiny_model<float>(CellKind::kGru);
  EXPECT_EQ(model.architecture(), tiny_architecture(CellKind::kGru));
  EXPECT_EQ(model.vocabulary(), tiny_vocabulary());
}

TEST(LanguageModels, ShareTheirWeightsWithCopies) {
  const LanguageModel<float> model = tiny_model<float>(CellKind::kLstm);
  const LanguageModel<float> copy = model;
  EXPECT_EQ(&copy.parameters(), &model.parameters());
}

TEST(LanguageModels, ConvertToTheOtherPrecisionAndBackUnchanged) {
  const LanguageModel<float> model = tiny_model<float>(CellKind::kLstm);
  const LanguageModel<double> wide = model.as<double>();
  const LanguageModel<float> back = wide.as<float>();
  EXPECT_EQ(wide.vocabulary(), model.vocabulary());
  const auto a = named_tensors(model.parameters());
  const auto b = named_tensors(wide.parameters());
  const auto c = named_tensors(back.parameters());
  for (std::size_t k = 0; k < a.size(); ++k) {
    for (std::size_t i = 0; i < a[k].values.size(); ++i) {
      ASSERT_EQ(b[k].values[i], static_cast<double>(a[k].values[i]));
      ASSERT_EQ(c[k].values[i], a[k].values[i]);
    }
  }
}

TEST(LanguageModels, RefuseAVocabularyOfAnotherSize) {
  Architecture shape = tiny_architecture(CellKind::kLstm);
  shape.vocab_size += 1;
  EXPECT_THAT(
      usage_error([&] { LanguageModel<float>(tiny_vocabulary(), Parameters<float>(shape)); }),
      testing::HasSubstr("a model of 8 words does not fit a vocabulary of 7"));
}

TEST(LanguageModels, RefuseTheKindModuleWithoutOne) {
  const Architecture shape = tiny_architecture(CellKind::kModule);
  EXPECT_THAT(
      usage_error([&] { LanguageModel<float>(tiny_vocabulary(), Parameters<float>(shape)); }),
      testing::HasSubstr("a module, and no other"));
}

TEST(LanguageModels, RefuseATensorOfAnotherShape) {
  Parameters<float> parameters(tiny_architecture(CellKind::kLstm));
  parameters.output_weight = Buffer<float>(3);
  EXPECT_THAT(usage_error([&] { LanguageModel<float>(tiny_vocabulary(), std::move(parameters)); }),
              testing::HasSubstr("output.weight has 3 values: its shape [7, 5] needs 35"));
}

TEST(LanguageModels, RefuseMissingLayers) {
  Parameters<float> parameters(tiny_architecture(CellKind::kLstm));
  parameters.layers.pop_back();
  EXPECT_THAT(usage_error([&] { LanguageModel<float>(tiny_vocabulary(), std::move(parameters)); }),
              testing::HasSubstr("a model of 2 layers has the weights of 1"));
}

}  // namespace
}  // namespace stategrad

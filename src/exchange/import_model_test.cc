// SPDX-License-Identifier: MIT
#include "exchange/import_model.h"

#include <gmock/gmock.h>

#include <limits>

#include "exchange/exchange_test_util.h"
#include "model/parameters.h"
#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

Vocabulary four_words() { return Vocabulary({"a", "b", "c", "<unk>"}); }

std::string message(const io::ArrayFile& file, const ImportOptions& options = {}) {
  try {
    static_cast<void>(import_model(file, four_words(), options));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(ImportModel, TellsTheCellByItsRows) {
  for (const CellKind cell : {CellKind::kLstm, CellKind::kGru, CellKind::kRnn}) {
    ArraysInMemory file;
    add_example(file, gate_count(cell));
    const ImportedModel imported = import_model(file, four_words(), {});
    const auto& model = std::get<LanguageModel<float>>(imported.model);
    EXPECT_EQ(model.architecture().cell, cell);
    EXPECT_EQ(model.architecture().reset_after, cell == CellKind::kGru);
    EXPECT_FLOAT_EQ(model.parameters().layers[0].bias_hh[1], 6.01F);
    EXPECT_FLOAT_EQ(model.parameters().embedding[7], 1.07F);
  }
}

TEST(ImportModel, KeepsDoublesAndWhatTheFileSaysOfAGru) {
  ArraysInMemory file;
  add_example(file, 3);
  file.add("encoder.weight", {4, 2}, 1, "float64");
  file.say("reset_after", "false");
  const ImportedModel imported = import_model(file, four_words(), {});
  const auto& model = std::get<LanguageModel<double>>(imported.model);
  EXPECT_FALSE(model.architecture().reset_after);
  ImportOptions after;
  after.reset_after = true;
  EXPECT_TRUE(std::get<LanguageModel<double>>(import_model(file, four_words(), after).model)
                  .architecture()
                  .reset_after);
}

TEST(ImportModel, FillsSmallerLayersUpGateByGate) {
  ArraysInMemory file;
  add_example(file);
  file.add("rnn.weight_ih_l1", {8, 3}, 7).add("rnn.weight_hh_l1", {8, 2}, 8);
  file.add("decoder.weight", {4, 2}, 9);
  const ImportedModel imported = import_model(file, four_words(), {});
  const auto& parameters = std::get<LanguageModel<float>>(imported.model).parameters();
  EXPECT_EQ(parameters.architecture.size, 3);
  const auto& top = parameters.layers[1];
  // Row 0 of the second gate is row 2 of theirs and row 3 of ours.
  EXPECT_FLOAT_EQ(top.weight_ih[3 * 3 + 1], 7.07F);
  EXPECT_FLOAT_EQ(top.weight_hh[3 * 3 + 1], 8.05F);
  EXPECT_EQ(top.weight_hh[2], 0.0F);
  EXPECT_EQ(top.weight_ih[2 * 3], 0.0F);
  EXPECT_FLOAT_EQ(parameters.output_weight[3], 9.02F);
  EXPECT_EQ(parameters.output_weight[2], 0.0F);
  EXPECT_THAT(imported.notes, Contains(HasSubstr("layers of 3, 2 units")));
}

TEST(ImportModel, RefusesWhatDoesNotFit) {
  ArraysInMemory file;
  add_example(file);
  ImportOptions options;
  options.cell = CellKind::kGru;
  EXPECT_THAT(message(file, options), HasSubstr("--cell GRU"));
  file.add("rnn.bias_ih_l0", {11});
  EXPECT_THAT(message(file), HasSubstr("rnn.bias_ih_l0: has the shape [11], [12] was expected"));
  file.add("rnn.bias_ih_l0", {12}, std::numeric_limits<double>::infinity());
  EXPECT_THAT(message(file), HasSubstr("finite"));
  file.add("rnn.bias_ih_l0", {12}).add("rnn.weight_hh_l0", {10, 3});
  EXPECT_THAT(message(file), HasSubstr("rnn.weight_hh_l0"));
}

TEST(ImportModel, RefusesAnRnnWithReluAndSaysWhereTanhIsAssumed) {
  ArraysInMemory file;
  add_example(file, 1);
  EXPECT_THAT(import_model(file, four_words(), {}).notes, Contains(HasSubstr("tanh is assumed")));
  file.say("rnn.mode", "RNN_TANH");
  EXPECT_THAT(import_model(file, four_words(), {}).notes, IsEmpty());
  file.say("rnn.mode", "RNN_RELU");
  EXPECT_THAT(message(file), HasSubstr("rnn.mode: is RNN_RELU"));
}

TEST(ImportModel, NamesWhatItDoesNotUse) {
  ArraysInMemory file;
  add_example(file);
  file.add("copy", {4, 2}, 1).add("steps", {5}, 0, "int64");
  EXPECT_THAT(import_model(file, four_words(), {}).notes, Contains(HasSubstr("copy, steps")));
  file.add("attention", {5, 2});
  EXPECT_THAT(message(file), HasSubstr("attention; if"));
  ImportOptions options;
  options.ignore_unused = true;
  EXPECT_THAT(import_model(file, four_words(), options).notes, Contains(HasSubstr("attention")));
}

}  // namespace
}  // namespace stategrad::exchange

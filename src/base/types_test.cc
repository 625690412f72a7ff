// SPDX-License-Identifier: MIT
#include "stategrad/types.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad {
namespace {

using testing::AllOf;
using testing::HasSubstr;

template <class Function>
std::string message_of(const Function& function) {
  try {
    function();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Types, NamesReadBack) {
  for (const CellKind cell : {CellKind::kLstm, CellKind::kGru, CellKind::kRnn, CellKind::kModule}) {
    EXPECT_EQ(parse_cell_kind(to_string(cell)), cell);
  }
  for (const StateKind state : {StateKind::kCell, StateKind::kHidden}) {
    EXPECT_EQ(parse_state_kind(to_string(state)), state);
  }
  for (const DType dtype : {DType::kFloat32, DType::kFloat64}) {
    EXPECT_EQ(parse_dtype(to_string(dtype)), dtype);
  }
}

TEST(Types, NamesAreThoseOfTheConfigurationFiles) {
  EXPECT_EQ(to_string(CellKind::kLstm), "LSTM");
  EXPECT_EQ(to_string(CellKind::kGru), "GRU");
  EXPECT_EQ(to_string(CellKind::kRnn), "RNN");
  EXPECT_EQ(to_string(CellKind::kModule), "module");
  EXPECT_EQ(to_string(StateKind::kCell), "cell");
  EXPECT_EQ(to_string(StateKind::kHidden), "hidden");
  EXPECT_EQ(to_string(DType::kFloat64), "float64");
}

TEST(Types, UnknownNamesAreAnsweredWithThoseAllowed) {
  EXPECT_THAT(message_of([] { (void)parse_cell_kind("lstm"); }),
              AllOf(HasSubstr("'lstm'"), HasSubstr("LSTM, GRU, RNN or module")));
  EXPECT_THAT(message_of([] { (void)parse_state_kind(""); }),
              AllOf(HasSubstr("''"), HasSubstr("cell or hidden")));
  EXPECT_THAT(message_of([] { (void)parse_dtype("float16"); }),
              AllOf(HasSubstr("'float16'"), HasSubstr("float32 or float64")));
}

TEST(Architecture, KnowsTheShapesOfItsLayers) {
  const Architecture shape{
      .cell = CellKind::kGru, .num_layers = 2, .vocab_size = 9, .embedding_size = 5, .size = 7};
  EXPECT_EQ(shape.input_size(0), 5);
  EXPECT_EQ(shape.input_size(1), 7);
  EXPECT_EQ(shape.gate_rows(), 21);
  static_assert(gate_count(CellKind::kLstm) == 4);
  static_assert(gate_count(CellKind::kRnn) == 1);
}

}  // namespace
}  // namespace stategrad

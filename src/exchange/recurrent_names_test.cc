// SPDX-License-Identifier: MIT
#include "exchange/recurrent_names.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

using testing::HasSubstr;
using Names = std::vector<std::string>;

std::string message(const Names& names, const std::string& module = "") {
  try {
    static_cast<void>(find_layers(names, module, "f"));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(RecurrentNames, AreTakenApart) {
  const auto lstm = parse_recurrent_name("module.rnn.weight_ih_l12");
  ASSERT_TRUE(lstm.has_value());
  EXPECT_EQ(lstm->module, "module.rnn");
  EXPECT_EQ(lstm->kind, "weight_ih");
  EXPECT_EQ(lstm->layer, 12);
  const auto awd = parse_recurrent_name("rnns.1.module.weight_hh_l0_raw");
  ASSERT_TRUE(awd.has_value());
  EXPECT_EQ(awd->module, "rnns.1");
  EXPECT_TRUE(awd->raw);
  const auto cell = parse_recurrent_name("bias_hh");
  ASSERT_TRUE(cell.has_value());
  EXPECT_EQ(cell->module, "");
  EXPECT_TRUE(parse_recurrent_name("a.weight_ih_l0_reverse")->reverse);
  for (const char* other : {"encoder.weight", "weight_ih_lx", "weight_ih_x", "weight_i", ""}) {
    EXPECT_FALSE(parse_recurrent_name(other).has_value()) << other;
  }
}

TEST(RecurrentNames, OfLayersAndOfNumberedModulesComeInOrder) {
  Names names;
  for (int layer = 0; layer < 11; ++layer) {
    for (const char* kind : {"weight_ih", "weight_hh"}) {
      names.push_back("rnn." + std::string(kind) + "_l" + std::to_string(layer));
    }
  }
  auto layers = find_layers(names, "", "f");
  ASSERT_EQ(layers.size(), 11u);
  EXPECT_EQ(layers[10].weight_hh, "rnn.weight_hh_l10");
  EXPECT_EQ(layers[10].bias_hh, "");
  layers = find_layers(Names{"0.rnns.1.weight_hh_l0_raw", "0.rnns.1.module.weight_ih_l0",
                             "0.rnns.1.module.weight_hh_l0", "0.rnns.0.module.weight_hh_l0",
                             "0.rnns.0.module.weight_ih_l0", "0.rnns.0.weight_hh_l0_raw"},
                       "", "f");
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].weight_hh, "0.rnns.0.weight_hh_l0_raw");
  EXPECT_EQ(layers[1].weight_hh, "0.rnns.1.weight_hh_l0_raw");
}

TEST(RecurrentNames, OfSeveralNetsNeedAChoice) {
  const Names names{"a.weight_ih_l0", "a.weight_hh_l0", "b.weight_ih_l0", "b.weight_hh_l0"};
  EXPECT_THAT(message(names), HasSubstr("'a', 'b': choose one with --map rnn=MODULE"));
  EXPECT_EQ(find_layers(names, "b", "f")[0].weight_ih, "b.weight_ih_l0");
}

TEST(RecurrentNames, ThatMakeNoNetAreRefused) {
  EXPECT_THAT(message({"x"}), HasSubstr("no recurrent weights"));
  EXPECT_THAT(message({"weight_ih_l0"}), HasSubstr("weight_hh"));
  EXPECT_THAT(message({"weight_ih_l1", "weight_hh_l1"}), HasSubstr("layer 0 is missing"));
  EXPECT_THAT(message({"weight_hr_l0"}), HasSubstr("projections"));
  EXPECT_THAT(message({"weight_ih_l0_reverse"}), HasSubstr("bidirectional"));
  EXPECT_THAT(message({"r.weight_ih_l0", "r.module.weight_ih_l0"}), HasSubstr("same weight"));
}

}  // namespace
}  // namespace stategrad::exchange

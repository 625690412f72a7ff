// SPDX-License-Identifier: MIT
#include "exchange/foreign_names.h"

#include <gmock/gmock.h>

#include "exchange/exchange_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::exchange {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string message(const io::ArrayFile& file, const NameMap& map = {}) {
  try {
    static_cast<void>(find_names(file, 4, map));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(ForeignNames, AreFoundByNameAndShape) {
  ArraysInMemory file;
  add_example(file);
  file.add("steps", {1});
  const ForeignNames names = find_names(file, 4, {});
  EXPECT_EQ(names.embedding, "encoder.weight");
  EXPECT_EQ(names.output_weight, "decoder.weight");
  EXPECT_EQ(names.output_bias, "decoder.bias");
  EXPECT_EQ(names.layers.at(0).bias_hh, "rnn.bias_hh_l0");
  EXPECT_THAT(names.unused, ElementsAre("steps"));
}

TEST(ForeignNames, OfEqualShapesAreToldByTheirModules) {
  ArraysInMemory file;
  file.add("rnn.weight_ih_l0", {12, 3}).add("rnn.weight_hh_l0", {12, 3});
  file.add("a.embedding.weight", {4, 3}, 1).add("a.out.weight", {4, 3}, 2);
  const ForeignNames names = find_names(file, 4, {});
  EXPECT_EQ(names.embedding, "a.embedding.weight");
  EXPECT_EQ(names.output_weight, "a.out.weight");
  EXPECT_EQ(names.output_bias, "");
}

TEST(ForeignNames, OfCopiesAreOne) {
  ArraysInMemory file;
  file.add("rnn.weight_ih_l0", {12, 3}).add("rnn.weight_hh_l0", {12, 3});
  file.add("encoder.weight", {4, 3}, 1).add("drop.emb.weight", {4, 3}, 1);
  const ForeignNames names = find_names(file, 4, {});
  EXPECT_EQ(names.embedding, "drop.emb.weight");
  EXPECT_EQ(names.output_weight, "encoder.weight");
}

TEST(ForeignNames, ThatAreUnclearNeedTheMap) {
  ArraysInMemory file;
  add_example(file);
  file.add("x.decoder.weight", {4, 3}, 9);
  EXPECT_THAT(message(file), HasSubstr("choose with --map output.weight=NAME"));
  const ForeignNames names = find_names(file, 4, {{"output.weight", "x.decoder.weight"}});
  EXPECT_EQ(names.output_weight, "x.decoder.weight");
  EXPECT_THAT(message(file, {{"output", "x"}}), HasSubstr("--map output=x: must be"));
  EXPECT_THAT(message(file, {{"output.bias", "x"}}), HasSubstr("no such array"));
  EXPECT_THAT(message(file, {{"rnn.weight_ih_l0", "rnn.weight_ih_l0"}}),
              HasSubstr("rnn.weight_hh_l0 are needed"));
}

TEST(ForeignNames, ThatAreMissingAreNamed) {
  ArraysInMemory file;
  file.add("rnn.weight_ih_l0", {12, 2}).add("rnn.weight_hh_l0", {12, 3});
  file.add("encoder.weight", {5, 2});
  EXPECT_THAT(message(file), HasSubstr("no embedding matrix [4, 2]"));
  EXPECT_THAT(message(file), HasSubstr("encoder.weight [5, 2]"));
  file.add("encoder.weight", {4, 2});
  EXPECT_THAT(message(file), HasSubstr("no output matrix [4, 3]"));
  file.add("rnn.weight_ih_l0", {12});
  EXPECT_THAT(message(file), HasSubstr("a matrix was expected"));
}

}  // namespace
}  // namespace stategrad::exchange

// SPDX-License-Identifier: MIT
#include "base/json_fields.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(JsonFields, TextThatStopsBeingJsonIsRefusedAtItsByte) {
  EXPECT_THAT([] { (void)parse_json("model.json", R"({"a": tru})"); },
              ThrowsMessage<DataError>(HasSubstr("model.json: offset 9: not valid JSON")));
}

TEST(JsonFields, DeepValuesAreRefusedBeforeAnythingWalksThem) {
  EXPECT_EQ(parse_json("model.json", nested(50)).dump(), nested(50));
  EXPECT_THAT([] { (void)parse_json("model.json", nested(1'000'000)); },
              ThrowsMessage<DataError>(HasSubstr("more than 100 levels")));
}

TEST(JsonFields, NumbersBeyondThoseOfADoubleAreRefused) {
  EXPECT_THAT([] { (void)parse_json("model.json", R"({"a": 1e999})"); },
              ThrowsMessage<DataError>(HasSubstr("model.json: a number that is too large")));
}

}  // namespace
}  // namespace stategrad

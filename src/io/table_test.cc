// SPDX-License-Identifier: MIT
#include "io/table.h"

#include <gtest/gtest.h>

#include <cmath>

#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

Table example() {
  Table table({"word", "mean_norm", "count"});
  table.add({std::string("Äpfel"), 1.0 / 3, std::int64_t{12}});
  table.add({std::string("a,\"b\""), std::nan(""), std::monostate{}});
  return table;
}

TEST(Table, TextIsAlignedAndReadable) {
  EXPECT_EQ(example().to_text(),
            "word   mean norm  count\n"
            "Äpfel   0.333333     12\n"
            "a,\"b\"        nan      -\n");
}

TEST(Table, CsvReadsBackExactlyAndQuotesTexts) {
  EXPECT_EQ(example().to_csv(),
            "word,mean_norm,count\n"
            "Äpfel,0.3333333333333333,12\n"
            "\"a,\"\"b\"\"\",nan,\n");
}

TEST(Table, JsonHasAnObjectPerRowInTheOrderOfTheColumns) {
  Table table({"b", "a"});
  table.add({true, 0.5});
  table.add({std::string("x"), std::nan("")});
  EXPECT_EQ(table.to_json(),
            "[\n  {\n    \"b\": true,\n    \"a\": 0.5\n  },\n  {\n    \"b\": \"x\",\n    \"a\": "
            "null\n  }\n]\n");
  EXPECT_EQ(Table({"a"}).to_json(), "[]\n");
}

TEST(Table, JsonReplacesBytesThatAreNoUtf8) {
  Table table({"file"});
  table.add({std::string("m\xfc") + "de.txt"});
  EXPECT_EQ(table.to_json(), "[\n  {\n    \"file\": \"m\uFFFDde.txt\"\n  }\n]\n");
}

TEST(Table, RowOfAnotherLengthIsRefused) {
  Table table({"a", "b"});
  EXPECT_THROW(table.add({1.0}), UsageError);
}

}  // namespace
}  // namespace stategrad::io

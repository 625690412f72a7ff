// SPDX-License-Identifier: MIT
#include "text/utf8.h"

#include <gtest/gtest.h>

namespace stategrad::text {
namespace {

TEST(Utf8, EveryCodePointReadsBack) {
  for (char32_t code = 1; code < 0x110000; code += code < 0x3000 ? 1 : 257) {
    if (code >= 0xd800 && code < 0xe000) continue;
    std::string text = "a";
    append_code_point(code, text);
    std::size_t at = 1;
    EXPECT_EQ(read_code_point(text, at), code);
    EXPECT_EQ(at, text.size());
  }
}

TEST(Utf8, WideTextHasACharacterPerCodePoint) {
  EXPECT_EQ(to_wide("aé€😀"), L"aé€😀");
  EXPECT_EQ(to_wide(""), L"");
}

TEST(Utf8, BytesThatAreNoUtf8DoNotLeadOutOfTheText) {
  for (const std::string text : {"\xff", "\x80", "a\xe2\x82", "\xf0"}) {
    EXPECT_LE(to_wide(text).size(), text.size());
  }
}

}  // namespace
}  // namespace stategrad::text

// SPDX-License-Identifier: MIT
#include "text/lower_case.h"

#include <gtest/gtest.h>

namespace stategrad::text {
namespace {

TEST(LowerCase, LettersOfOneToFourBytesAreLowered) {
  const LowerCase lower;
  EXPECT_EQ(lower("The CAT, 42!"), "the cat, 42!");
  EXPECT_EQ(lower("ÄPFEL Élan ŁÓDŹ"), "äpfel élan łódź");
  EXPECT_EQ(lower("ΑΘΗΝΑ МОСКВА"), "αθηνα москва");
  EXPECT_EQ(lower("ẞ ＡＢ"), "ß ａｂ");
  EXPECT_EQ(lower("𐐀"), "𐐨");
}

TEST(LowerCase, WhatHasNoCaseStays) {
  const LowerCase lower;
  const std::string text = "straße 東京 العربية 😀 <unk> \t\n";
  EXPECT_EQ(lower(text), text);
  EXPECT_EQ(lower(""), "");
}

}  // namespace
}  // namespace stategrad::text

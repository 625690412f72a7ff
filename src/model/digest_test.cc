// SPDX-License-Identifier: MIT
#include "model/digest.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace stategrad::model {
namespace {

std::string digest_of(const std::vector<std::string>& parts) {
  Digest digest;
  for (const std::string& part : parts) digest.add(part);
  return digest.text();
}

TEST(Digest, IsSixteenHexadecimalDigits) {
  EXPECT_EQ(digest_of({"one"}).size(), 16U);
  EXPECT_EQ(digest_of({"one"}).find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Digest, StaysTheSameForEver) {
  EXPECT_EQ(digest_of({}), "0000000000000000");
  EXPECT_EQ(digest_of({"state", "gradients of a model"}), "229ece4fb29c67bc");
}

TEST(Digest, ChangesWithEveryBit) {
  const std::string text = "nineteen characters";
  std::set<std::string> seen = {digest_of({text})};
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      EXPECT_TRUE(seen.insert(digest_of({changed})).second);
    }
  }
}

TEST(Digest, SeesWhereAPartEnds) {
  EXPECT_NE(digest_of({"ab", "c"}), digest_of({"a", "bc"}));
  EXPECT_NE(digest_of({"a"}), digest_of({std::string("a\0", 2)}));
  EXPECT_NE(digest_of({}), digest_of({""}));
}

}  // namespace
}  // namespace stategrad::model

// SPDX-License-Identifier: MIT
#include "text/word_pattern.h"

#include <gmock/gmock.h>

#include "stategrad/errors.h"

namespace stategrad::text {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

TEST(WordPattern, IsFoundAnywhereUnlessItIsTied) {
  EXPECT_TRUE(WordPattern("ing").matches("singer"));
  EXPECT_FALSE(WordPattern("ing$").matches("singer"));
  EXPECT_TRUE(WordPattern("^s.*r$").matches("singer"));
  EXPECT_TRUE(WordPattern("^(un|in)[a-z]+(?!x)").matches("unseen"));
}

TEST(WordPattern, CharactersAreCodePoints) {
  EXPECT_TRUE(WordPattern("^.$").matches("é"));
  EXPECT_TRUE(WordPattern("^.$").matches("😀"));
  EXPECT_TRUE(WordPattern("^[à-ü]+$").matches("éö"));
  EXPECT_FALSE(WordPattern("^[à-ü]+$").matches("e"));
  EXPECT_TRUE(WordPattern("^[[:upper:]][[:lower:]]+$").matches("Ölig"));
}

TEST(WordPattern, NestedRepetitionsTakeNoExponentialTime) {
  const WordPattern pattern("^(a+)+$");
  EXPECT_TRUE(pattern.matches(std::string(500, 'a')));
  EXPECT_FALSE(pattern.matches(std::string(500, 'a') + "b"));
}

TEST(WordPattern, OverlongWordsNeverMatch) {
  EXPECT_TRUE(WordPattern("a").matches(std::string(1000, 'a')));
  EXPECT_FALSE(WordPattern("a").matches(std::string(1001, 'a')));
}

TEST(WordPattern, NumbersThatTheLibraryCannotHoldAreRefused) {
  for (const std::string pattern :
       {"a{6666666666}", "a{0,66666666666666666666}", "(a)\\66666666666666666666"}) {
    EXPECT_THAT([&] { const WordPattern compiled(pattern); },
                ThrowsMessage<UsageError>(HasSubstr("more than nine digits")));
  }
  EXPECT_TRUE(WordPattern("1234567890").matches("1234567890"));
  EXPECT_TRUE(WordPattern("\\\\1234567890").matches("\\1234567890"));
}

TEST(WordPattern, BadPatternsAreToldInOneLine) {
  for (const std::string pattern : {"(a", "[z-a]", "*a", "a{2,1}", "\\", "[a", "(a)\\1",
                                    "((a{9,99}){9,99}){9,99}", "[[:nothing:]]"}) {
    EXPECT_THAT(
        [&] { const WordPattern compiled(pattern); },
        ThrowsMessage<UsageError>(AllOf(HasSubstr("'" + pattern + "' is no regular expression: "),
                                        Not(HasSubstr("\n")))));
  }
  EXPECT_THAT([] { const WordPattern compiled(""); },
              ThrowsMessage<UsageError>(HasSubstr("is empty")));
  EXPECT_THAT([] { const WordPattern compiled(std::string(1001, 'a')); },
              ThrowsMessage<UsageError>(HasSubstr("1001 bytes: at most 1000")));
}

}  // namespace
}  // namespace stategrad::text

// SPDX-License-Identifier: MIT
#include "text/word_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <locale>
#include <regex>

#include "stategrad/errors.h"
#include "text/utf8.h"

namespace stategrad::text {
namespace {

constexpr std::size_t kLongestPattern = 1000;
constexpr std::size_t kLongestWord = 1000;

/// Wide characters are code points, so "." and [à-ü] are what they seem.
std::wregex compile(const std::string& pattern) {
  using namespace std::regex_constants;
  std::wregex regex;
  try {
    regex.imbue(std::locale("C.UTF-8"));
  } catch (const std::runtime_error&) {
    throw ResourceError("regular expressions need the locale C.UTF-8: install it");
  }
  auto flags = ECMAScript | nosubs | optimize;
#ifdef __GLIBCXX__
  flags |= __polynomial;  // no backtracking, whose time is exponential for patterns like (a+)+$
#endif
  regex.assign(to_wide(pattern), flags);
  return regex;
}

/// Whether a repetition or back-reference has a number that the library cannot hold.
bool has_overlong_number(std::string_view pattern) {
  constexpr std::size_t kMostDigits = 9;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '{' && pattern[i] != '\\') continue;
    std::size_t end = std::min(pattern.find_first_not_of("0123456789", i + 1), pattern.size());
    bool overlong = end - i > kMostDigits + 1;
    if (pattern[i] == '{' && end < pattern.size() && pattern[end] == ',') {
      const std::size_t comma = end;
      end = std::min(pattern.find_first_not_of("0123456789", comma + 1), pattern.size());
      overlong = overlong || end - comma > kMostDigits + 1;
    }
    if (overlong) return true;
    // What is escaped begins no repetition.
    if (pattern[i] == '\\') ++i;
  }
  return false;
}

/// The library's messages go on with advice for programmers.
std::string first_sentence(std::string_view message) {
  return std::string(message.substr(0, message.find('.')));
}

}  // namespace

struct WordPattern::Impl {
  std::wregex regex;
};

WordPattern::WordPattern(const std::string& pattern) {
  if (pattern.empty()) throw UsageError("the regular expression is empty");
  if (pattern.size() > kLongestPattern) {
    throw UsageError(fmt::format("the regular expression has {} bytes: at most {} are allowed",
                                 pattern.size(), kLongestPattern));
  }
  if (has_overlong_number(pattern)) {
    throw UsageError(
        fmt::format("'{}' is no regular expression: a number of more than nine digits", pattern));
  }
  try {
    impl_ = std::make_unique<Impl>(Impl{compile(pattern)});
  } catch (const std::regex_error& error) {
    throw UsageError(
        fmt::format("'{}' is no regular expression: {}", pattern, first_sentence(error.what())));
  }
}

WordPattern::~WordPattern() = default;

bool WordPattern::matches(std::string_view word) const {
  return word.size() <= kLongestWord && std::regex_search(to_wide(word), impl_->regex);
}

}  // namespace stategrad::text

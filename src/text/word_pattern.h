// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace stategrad::text {

/// A regular expression of ECMAScript (JavaScript's) on words, found anywhere in a word unless ^
/// and $ tie it to the ends. A character is a code point; [[:alpha:]], \w and the like know
/// Unicode's letters. Back-references are refused, so that time grows with the pattern times the
/// square of the word and never exponentially. A word of more than 1,000 bytes never matches.
class WordPattern {
 public:
  /// @throws UsageError telling what is wrong with the pattern
  explicit WordPattern(const std::string& pattern);
  ~WordPattern();
  WordPattern(const WordPattern&) = delete;
  WordPattern& operator=(const WordPattern&) = delete;

  [[nodiscard]] bool matches(std::string_view word) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stategrad::text

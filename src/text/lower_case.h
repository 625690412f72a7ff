// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace stategrad::text {

/// Turns UTF-8 into lower case, character by character, with the C library's table of Unicode: the
/// same whatever the user's locale is. Mappings of one character to several (German capital sharp s
/// has none, Turkish dotted I has) are not applied.
class LowerCase {
 public:
  /// @throws ResourceError if the system has no UTF-8 locale
  LowerCase();
  ~LowerCase();
  LowerCase(const LowerCase&) = delete;
  LowerCase& operator=(const LowerCase&) = delete;

  /// @param text valid UTF-8
  [[nodiscard]] std::string operator()(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stategrad::text

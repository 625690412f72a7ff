// SPDX-License-Identifier: MIT
//
// A 64-bit digest that tells an altered file from the one that was written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace stategrad::model {

/// Digest of a sequence of byte strings. Every step is a bijection of the state so far and of the
/// eight bytes taken in, so that a change within any eight bytes is found for certain, and any
/// other with probability 1 - 2⁻⁶⁴. It protects against accidents, not against forgery.
class Digest {
 public:
  /// Takes in one string; its length counts, so that "ab", "c" and "a", "bc" differ.
  void add(std::span<const std::byte> bytes);
  void add(std::string_view text);

  /// 16 hexadecimal digits.
  [[nodiscard]] std::string text() const;

 private:
  void mix(std::uint64_t word);
  std::uint64_t state_ = 0;
};

}  // namespace stategrad::model

// SPDX-License-Identifier: MIT
//
// The bytes of a pickle, taken one piece after the other; for pickle.cc.
#pragma once

#include <fmt/format.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "stategrad/errors.h"

namespace stategrad::io {

/// Borrows bytes and file name. Every function throws DataError naming the offset of the opcode
/// when the bytes end too early.
class PickleBytes {
 public:
  PickleBytes(std::string_view bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  [[noreturn]] void fail(const std::string& message) const {
    throw DataError(file_, fmt::format("offset {}", opcode_), message);
  }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

  /// The next byte as an opcode: messages name its place.
  std::uint8_t opcode() {
    opcode_ = next_;
    return byte();
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - next_) {
      fail(fmt::format("truncated: {} bytes were expected, {} are left", count,
                       bytes_.size() - next_));
    }
    const std::string_view taken = bytes_.substr(next_, static_cast<std::size_t>(count));
    next_ += taken.size();
    return taken;
  }
  /// Little-endian.
  template <class Integer>
  Integer integer() {
    Integer value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  /// Big-endian, the only number in a pickle that is.
  double real() {
    std::uint64_t bits = 0;
    for (const char c : take(sizeof bits)) bits = bits << 8 | static_cast<std::uint8_t>(c);
    return std::bit_cast<double>(bits);
  }
  /// Two's complement of any length up to 8, little-endian.
  [[nodiscard]] static std::int64_t integer_of(std::string_view digits) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
      value |= std::uint64_t{static_cast<std::uint8_t>(digits[i])} << 8 * i;
    }
    const bool negative = !digits.empty() && (static_cast<std::uint8_t>(digits.back()) & 0x80) != 0;
    if (negative && digits.size() < sizeof value) value |= ~std::uint64_t{0} << 8 * digits.size();
    return static_cast<std::int64_t>(value);
  }
  std::string_view line() {
    const std::size_t end = bytes_.find('\n', next_);
    if (end == std::string_view::npos) fail("truncated: the end of a line was expected");
    const std::string_view content = take(end - next_);
    take(1);
    return content;
  }

 private:
  std::string_view bytes_;
  const std::string& file_;
  std::size_t next_ = 0;
  std::size_t opcode_ = 0;
};

}  // namespace stategrad::io

// SPDX-License-Identifier: MIT
//
// Fields of a JSON object, read with their types and ranges checked.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stategrad {

/// Values that hold values to more than this depth are refused: to copy or to print one takes stack
/// for each level.
inline constexpr int kDeepestJson = 100;

/// Parses a file's text.
/// @throws DataError naming the byte where it stops being JSON, or if it is too deep or has
///   numbers beyond those of a double
[[nodiscard]] nlohmann::json parse_json(const std::string& file, std::string_view text);

/// One object of a file. Every function throws DataError naming file and field (as in
/// "architecture.size") when the field is missing, of another type or out of range.
class JsonFields {
 public:
  /// @param value borrowed
  /// @param path the field that holds the object, empty for the whole file
  /// @throws DataError if value is not an object
  JsonFields(const nlohmann::json& value, std::string file, std::string path);

  [[nodiscard]] JsonFields object(const char* name) const;
  [[nodiscard]] const std::string& text(const char* name) const;
  [[nodiscard]] bool boolean(const char* name) const;
  /// An integer in low..high.
  [[nodiscard]] std::int64_t integer(const char* name, std::int64_t low, std::int64_t high) const;
  [[nodiscard]] std::uint64_t unsigned_integer(const char* name) const;
  /// A number above 0, none if the field is missing or null.
  [[nodiscard]] std::optional<double> positive_or_none(const char* name) const;

  [[nodiscard]] bool has(const char* name) const { return value_->contains(name); }
  /// @throws DataError naming a field that is none of these, and the nearest one
  void allow_only(std::span<const std::string> names) const;

  [[nodiscard]] const nlohmann::json& content() const { return *value_; }
  /// @throws DataError naming the field
  [[noreturn]] void fail(std::string_view name, const std::string& message) const;

 private:
  [[nodiscard]] const nlohmann::json& field(const char* name) const;
  [[nodiscard]] std::string path_of(std::string_view name) const;
  const nlohmann::json* value_;
  std::string file_;
  std::string path_;
};

}  // namespace stategrad

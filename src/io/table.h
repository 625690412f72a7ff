// SPDX-License-Identifier: MIT
//
// A small table of results: for people, for spreadsheets and for programs.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace stategrad::io {

/// A value in a table; std::monostate is "nothing".
using Cell = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

class Table {
 public:
  explicit Table(std::vector<std::string> columns);

  /// @throws UsageError if the row has not one cell per column
  void add(std::vector<Cell> row);

  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  [[nodiscard]] const std::vector<std::vector<Cell>>& rows() const { return rows_; }

  /// Aligned columns; numbers to six significant digits, to the right; underscores of the column
  /// names become blanks.
  [[nodiscard]] std::string to_text() const;
  /// Comma-separated with a header line; numbers read back exactly, texts are quoted as RFC 4180
  /// says.
  [[nodiscard]] std::string to_csv() const;
  /// An array of one object per row; not-a-number and infinity become null.
  [[nodiscard]] std::string to_json() const;

 private:
  std::vector<std::string> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace stategrad::io

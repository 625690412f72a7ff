// SPDX-License-Identifier: MIT
#include "io/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text_format.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

struct ForPeople {
  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(bool value) const { return value ? "yes" : "no"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return fmt::format("{:.6g}", value); }
  std::string operator()(const std::string& value) const { return value; }
};

struct ForCsv {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return format_number(value); }
  std::string operator()(const std::string& value) const {
    if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
    std::string quoted = "\"";
    for (const char c : value) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + '"';
  }
};

struct ForJson {
  nlohmann::ordered_json operator()(std::monostate) const { return nullptr; }
  nlohmann::ordered_json operator()(double value) const {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nullptr;
  }
  template <class T>
  nlohmann::ordered_json operator()(const T& value) const {
    return value;
  }
};

/// Columns on a screen that a UTF-8 text takes, near enough: its code points.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool is_text(const Cell& cell) { return std::holds_alternative<std::string>(cell); }

}  // namespace

Table::Table(std::vector<std::string> columns) : columns_(std::move(columns)) {}

void Table::add(std::vector<Cell> row) {
  if (row.size() != columns_.size()) {
    throw UsageError(
        fmt::format("a row of {} cells in a table of {} columns", row.size(), columns_.size()));
  }
  rows_.push_back(std::move(row));
}

std::string Table::to_text() const {
  std::vector<std::vector<std::string>> lines;
  std::vector<std::string> titles = columns_;
  for (std::string& title : titles) std::replace(title.begin(), title.end(), '_', ' ');
  lines.push_back(titles);
  for (const auto& row : rows_) {
    std::vector<std::string>& line = lines.emplace_back();
    for (const Cell& cell : row) line.push_back(std::visit(ForPeople{}, cell));
  }
  std::string text;
  for (const auto& line : lines) {
    std::string out;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      std::size_t widest = 0;
      for (const auto& other : lines) widest = std::max(widest, width(other[column]));
      const std::string blanks(widest - width(line[column]), ' ');
      const bool left = std::any_of(rows_.begin(), rows_.end(),
                                    [&](const auto& row) { return is_text(row[column]); });
      out += (column == 0 ? "" : "  ") + (left ? line[column] + blanks : blanks + line[column]);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += out + '\n';
  }
  return text;
}

std::string Table::to_csv() const {
  std::string text = fmt::format("{}\n", fmt::join(columns_, ","));
  for (const auto& row : rows_) {
    std::vector<std::string> cells;
    for (const Cell& cell : row) cells.push_back(std::visit(ForCsv{}, cell));
    text += fmt::format("{}\n", fmt::join(cells, ","));
  }
  return text;
}

std::string Table::to_json() const {
  auto list = nlohmann::ordered_json::array();
  for (const auto& row : rows_) {
    nlohmann::ordered_json object;
    for (std::size_t i = 0; i < row.size(); ++i)
      object[columns_[i]] = std::visit(ForJson{}, row[i]);
    list.push_back(std::move(object));
  }
  // Names of files need not be UTF-8, JSON must be.
  return list.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace stategrad::io

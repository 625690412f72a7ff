// SPDX-License-Identifier: MIT
#include "cli/analysis_output.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>
#include <system_error>

#include "analysis/memory.h"
#include "base/text_format.h"

namespace stategrad::cli {
namespace {

std::string text_of(const io::Cell& cell) {
  if (const auto* number = std::get_if<double>(&cell)) return format_number(*number);
  if (const auto* count = std::get_if<std::int64_t>(&cell)) return fmt::format("{}", *count);
  if (const auto* flag = std::get_if<bool>(&cell)) return *flag ? "True" : "False";
  return std::get<std::string>(cell);
}

}  // namespace

void print_lines(const Session& session, const io::Table& table) {
  if (session.json) {
    std::vector<std::string> names = table.columns();
    for (std::string& name : names) std::replace(name.begin(), name.end(), ' ', '_');
    io::Table renamed(std::move(names));
    for (const auto& row : table.rows()) renamed.add(row);
    session.print(renamed);
    return;
  }
  for (const auto& row : table.rows()) {
    std::vector<std::string> fields;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (std::holds_alternative<std::monostate>(row[i])) continue;
      fields.push_back(fmt::format("{}: {}", table.columns()[i], text_of(row[i])));
    }
    *session.out << fmt::format("{}\n", fmt::join(fields, "\t"));
  }
}

void require_absent(const std::vector<std::filesystem::path>& files, bool overwrite) {
  if (overwrite) return;
  for (const std::filesystem::path& file : files) {
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(file, error))) {
      throw DataError(file.string(), "", "exists: move it away, or take --overwrite to replace it");
    }
  }
}

void add_overwrite_option(CLI::App& command, bool& overwrite) {
  command.add_flag("--overwrite", overwrite, "Replace files that are there");
}

void stop_if_asked(const Session& session, const std::string& what) {
  if (session.stop != nullptr && session.stop->load()) throw Interrupted("stopped; " + what);
}

std::string class_of(const std::string& argument) {
  return std::filesystem::path(argument).filename().string();
}

void require_square(const analysis::Matrix& matrix, const std::string& file) {
  if (matrix.rows == matrix.columns) return;
  throw DataError(file, "",
                  fmt::format("a matrix of {} x {} where a square one was expected, as 'stategrad "
                              "normalize' writes it",
                              matrix.rows, matrix.columns));
}

void for_each_delay(const Session& session,
                    const std::vector<std::pair<int, std::filesystem::path>>& averages,
                    const std::function<void(int, const std::filesystem::path&)>& use) {
  auto progress =
      session.make_progress("computing", "delays", static_cast<std::int64_t>(averages.size()));
  std::int64_t done = 0;
  for (const auto& [delay, file] : averages) {
    stop_if_asked(session, "nothing was written");
    naming(file, [&, number = delay, &path = file] { use(number, path); });
    ++done;
    if (progress) progress->update(done);
  }
}

std::vector<double> direction_of(const std::string& file, const analysis::Matrix& Z) {
  const std::vector<double> vector = analysis::read_vector(file, Z.rows);
  return naming(file, [&] { return analysis::normalised_direction(Z, vector); });
}

}  // namespace stategrad::cli

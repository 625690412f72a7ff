// SPDX-License-Identifier: MIT
//
// What the commands that analyse files have in common: the lines of the original's scripts, and
// files that are not replaced by accident.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/matrix.h"
#include "cli/session.h"
#include "stategrad/errors.h"

namespace stategrad::cli {

/// Prints a line `name: value<TAB>name: value` per row with numbers that read back exactly, leaving
/// out empty cells; with --json the rows as objects, in whose names blanks become underscores.
/// @param table its columns are the names
void print_lines(const Session& session, const io::Table& table);

/// @throws DataError naming the first of the files that exists, unless they may be replaced
void require_absent(const std::vector<std::filesystem::path>& files, bool overwrite);

/// The option --overwrite, with the same words for every command.
void add_overwrite_option(CLI::App& command, bool& overwrite);

/// @throws Interrupted if the user asked to stop
/// @param what what is left then, such as "nothing was written"
void stop_if_asked(const Session& session, const std::string& what);

/// The class that CLASS means: its file, or only the name of that.
[[nodiscard]] std::string class_of(const std::string& argument);

/// @throws DataError if a matrix of a normalisation is not square
void require_square(const analysis::Matrix& matrix, const std::string& file);

/// Does something with each average, with progress. A NumericalError gets the name of the file.
void for_each_delay(const Session& session,
                    const std::vector<std::pair<int, std::filesystem::path>>& averages,
                    const std::function<void(int, const std::filesystem::path&)>& use);

/// The difference vector of a file, normalised by Z.
/// @throws DataError naming the file, NumericalError if it is 0
[[nodiscard]] std::vector<double> direction_of(const std::string& file, const analysis::Matrix& Z);

/// Computes something of a file; a NumericalError gets its name.
template <class Function>
auto naming(const std::filesystem::path& file, Function compute) {
  try {
    return compute();
  } catch (const NumericalError& e) {
    throw NumericalError(file.string() + ": " + e.what());
  }
}

}  // namespace stategrad::cli

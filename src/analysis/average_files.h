// SPDX-License-Identifier: MIT
//
// The averages of the delays of a folder: delay_<d>_avg.npy and delay_<d>_avg_<class>.npy.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "analysis/matrix.h"

namespace stategrad::analysis {

/// @param class_name the base name of a class file; empty: of all words
/// @param ending "" of an average, "_norm" of a normalised one
[[nodiscard]] std::filesystem::path average_file(const std::filesystem::path& folder, int delay,
                                                 const std::string& class_name,
                                                 const std::string& ending = "");

/// The delays of a folder that have averages, rising, with their files.
/// @throws DataError if there are none, or if the folder cannot be read
[[nodiscard]] std::vector<std::pair<int, std::filesystem::path>> find_averages(
    const std::filesystem::path& folder, const std::string& class_name);

/// Reads an average [H, E].
/// @throws DataError as read_matrix(); if E is not `columns`
[[nodiscard]] Matrix read_average(const std::filesystem::path& file, int columns);

}  // namespace stategrad::analysis

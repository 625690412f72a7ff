// SPDX-License-Identifier: MIT
//
// A matrix as the analysis hands it around, and as a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace stategrad::analysis {

/// rows x columns numbers, row-major.
struct Matrix {
  int rows = 0;
  int columns = 0;
  std::vector<double> values;
};

/// Reads a matrix of finite numbers from a .npy file.
/// @throws DataError naming the file: missing, truncated, not of two dimensions, empty, or the row
///   and column of a number that is not finite
[[nodiscard]] Matrix read_matrix(const std::filesystem::path& file);

/// Reads a vector of finite numbers from a .npy file of shape [n], [1, n] or [n, 1].
/// @throws DataError as read_matrix(); if the file has not `size` numbers
[[nodiscard]] std::vector<double> read_vector(const std::filesystem::path& file, int size);

/// Reads a square matrix as read_matrix() does.
/// @throws DataError as read_matrix(); if it is not size x size
[[nodiscard]] Matrix read_square_matrix(const std::filesystem::path& file, int size);

/// Writes a matrix as float64 .npy. Atomic.
void write_matrix(const std::filesystem::path& file, const Matrix& matrix);

/// @throws DataError naming the place of the first number that is not finite, as "row 3, column 7"
void require_finite(std::span<const double> values, std::int64_t columns,
                    const std::filesystem::path& file, const std::string& place = "");

}  // namespace stategrad::analysis

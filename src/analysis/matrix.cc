// SPDX-License-Identifier: MIT
#include "analysis/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "io/npy.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

namespace fs = std::filesystem;

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

bool is_size(std::int64_t n) { return n >= 1 && n <= std::numeric_limits<int>::max(); }

}  // namespace

void require_finite(std::span<const double> values, std::int64_t columns, const fs::path& file,
                    const std::string& place) {
  const auto bad =
      std::find_if_not(values.begin(), values.end(), [](double x) { return std::isfinite(x); });
  if (bad == values.end()) return;
  const std::int64_t index = bad - values.begin();
  throw DataError(file.string(),
                  fmt::format("{}{}row {}, column {}", place, place.empty() ? "" : ", ",
                              index / columns, index % columns),
                  fmt::format("{} is not a finite number", *bad));
}

Matrix read_matrix(const fs::path& file) {
  io::NpyArray<double> array = io::read_npy<double>(file);
  if (array.shape.size() != 2 || !is_size(array.shape[0]) || !is_size(array.shape[1])) {
    throw DataError(
        file.string(), "",
        fmt::format("an array of shape {} where a matrix was expected", shape_text(array.shape)));
  }
  require_finite(array.values, array.shape[1], file);
  return {static_cast<int>(array.shape[0]), static_cast<int>(array.shape[1]),
          std::move(array.values)};
}

std::vector<double> read_vector(const fs::path& file, int size) {
  io::NpyArray<double> array = io::read_npy<double>(file);
  const auto longer =
      std::count_if(array.shape.begin(), array.shape.end(), [](std::int64_t n) { return n != 1; });
  if (array.shape.empty() || array.shape.size() > 2 || longer > 1 ||
      array.values.size() != static_cast<std::size_t>(size)) {
    throw DataError(file.string(), "",
                    fmt::format("an array of shape {} where a vector of {} numbers was expected",
                                shape_text(array.shape), size));
  }
  require_finite(array.values, size, file);
  return std::move(array.values);
}

Matrix read_square_matrix(const fs::path& file, int size) {
  Matrix matrix = read_matrix(file);
  if (matrix.rows != size || matrix.columns != size) {
    throw DataError(file.string(), "",
                    fmt::format("a matrix of {} x {} where {} x {} was expected", matrix.rows,
                                matrix.columns, size, size));
  }
  return matrix;
}

void write_matrix(const fs::path& file, const Matrix& matrix) {
  const std::array<std::int64_t, 2> shape{matrix.rows, matrix.columns};
  io::write_npy<double>(file, shape, matrix.values);
}

}  // namespace stategrad::analysis

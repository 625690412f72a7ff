// SPDX-License-Identifier: MIT
//
// numpy's array files, https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "stategrad/types.h"

namespace stategrad::io {

/// What an array file says about itself.
struct NpyHeader {
  std::string dtype;                ///< numpy's text: "<f4", "<f8", "<i8", "|u1", …
  bool fortran_order = false;       ///< columns are contiguous, not rows
  std::vector<std::int64_t> shape;  ///< empty for a single number
  std::size_t data_offset = 0;      ///< bytes before the values

  /// Number of values.
  [[nodiscard]] std::int64_t count() const;
  /// Bytes of one value.
  [[nodiscard]] std::size_t item_size() const;
};

/// An array in memory, row-major (C order) whatever the file's order was.
template <class Real>
struct NpyArray {
  std::vector<std::int64_t> shape;
  std::vector<Real> values;
};

/// Reads the header of versions 1 to 3 at the start of `bytes`.
/// @param file for messages
/// @throws DataError naming the offset and what was expected
[[nodiscard]] NpyHeader parse_npy_header(std::string_view bytes, const std::string& file);

/// Header of a file, checked against the file's size.
/// @throws DataError: missing, truncated, too long, no array
[[nodiscard]] NpyHeader read_npy_header(const std::filesystem::path& file);

/// Bytes of all values, none if there are more than memory could ever hold.
[[nodiscard]] std::optional<std::size_t> npy_byte_count(const NpyHeader& header);

/// Takes an array of float16, float32, float64, int32 or int64 numbers out of the bytes of a file
/// and converts them to Real. Real is float or double.
/// @param file for messages
/// @throws DataError as read_npy_header(), or for another type of numbers
template <class Real>
[[nodiscard]] NpyArray<Real> parse_npy(std::string_view content, const std::string& file);

/// The same from a file.
template <class Real>
[[nodiscard]] NpyArray<Real> read_npy(const std::filesystem::path& file);

/// The bytes of a header (version 1) of a row-major array, a multiple of 64 bytes long.
[[nodiscard]] std::string npy_header(DType dtype, std::span<const std::int64_t> shape);

/// Writes a row-major array. Atomic. Real is float or double.
/// @param durable kNo for files written by the million, see AtomicFile
/// @throws UsageError if shape and values do not fit
template <class Real>
void write_npy(const std::filesystem::path& file, std::span<const std::int64_t> shape,
               std::span<const Real> values, Durable durable = Durable::kYes);

}  // namespace stategrad::io

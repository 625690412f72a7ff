// SPDX-License-Identifier: MIT
//
// Arrays of numpy's archives, read item by item.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace stategrad::io {

/// Reads the single array of an archive, [n, item...], in its order and with one item in memory at
/// a time, whether it is compressed or not. Numbers are float32 or float64.
class NpzItems {
 public:
  /// @throws DataError if it is no zip file or truncated, holds more or less than one array, or one
  ///   of other numbers, in Fortran's order, without dimensions, or with empty items
  explicit NpzItems(const std::filesystem::path& file);
  ~NpzItems();
  NpzItems(const NpzItems&) = delete;
  NpzItems& operator=(const NpzItems&) = delete;

  /// n
  [[nodiscard]] std::int64_t count() const;
  /// Without n.
  [[nodiscard]] const std::vector<std::int64_t>& item_shape() const;

  /// The next item, row-major; empty after the last one, when the archive's checksum was found to
  /// be right. Valid until the next call.
  /// @throws DataError if the archive ends too early, goes on too long or was altered
  [[nodiscard]] std::span<const double> next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stategrad::io

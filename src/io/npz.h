// SPDX-License-Identifier: MIT
//
// numpy's compressed archives of arrays: zip files of .npy files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/atomic_file.h"
#include "io/npy.h"

namespace stategrad::io {

/// Writes an archive with a single array `arr_0` of shape [n, item...], as numpy.savez_compressed
/// does, item by item, with one item in memory at a time and n known at the end.
///
/// Items are collected in a temporary file, uncompressed, beside the target; it is open only while
/// an item is added, so that thousands of archives can grow at once. The archive appears whole, by
/// commit(), or not at all. The same items give the same bytes.
class NpzWriter {
 public:
  /// @throws DataError if no file can be made there
  NpzWriter(const std::filesystem::path& target, DType dtype, std::vector<std::int64_t> item_shape);

  /// @param bytes one item, row-major
  /// @throws UsageError if it is not of the item's size, ResourceError if the disk is full
  void append(std::span<const std::byte> bytes);
  [[nodiscard]] std::int64_t count() const { return count_; }

  /// Compresses what was collected. @throws ResourceError, DataError
  void commit();

 private:
  void write_at(std::int64_t offset, std::span<const std::byte> bytes);
  TemporaryPath archive_;
  TemporaryPath spool_;
  DType dtype_;
  std::vector<std::int64_t> item_shape_;
  std::size_t item_bytes_;
  std::int64_t count_ = 0;
};

/// What an archive can have at most when its items have so many bytes together and cannot be
/// compressed; also what the temporary file of NpzWriter has at most.
[[nodiscard]] std::uint64_t npz_upper_bound(std::uint64_t bytes_of_items);

/// What so many bytes are compressed to by NpzWriter, found by doing so in memory.
/// @throws ResourceError if the memory does not suffice
[[nodiscard]] std::uint64_t npz_compressed_size(std::span<const std::byte> bytes);

/// An array to be written; borrows its bytes.
struct NpzArray {
  std::string name;  ///< without .npy
  DType dtype = DType::kFloat32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  ///< row-major
};

/// Writes a compressed archive of arrays in the given order, as numpy.savez_compressed does.
/// Atomic; the same arrays give the same bytes.
/// @throws UsageError if bytes do not fit a shape, ResourceError, DataError
void write_npz(const std::filesystem::path& file, std::span<const NpzArray> arrays);

/// An array in an archive.
struct NpzEntry {
  std::string name;  ///< without .npy
  NpyHeader header;
};

/// The arrays of an archive, in its order.
/// @throws DataError if it is no zip file, truncated, or holds what is no array
[[nodiscard]] std::vector<NpzEntry> read_npz_entries(const std::filesystem::path& file);

}  // namespace stategrad::io

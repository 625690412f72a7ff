// SPDX-License-Identifier: MIT
//
// A little of HDF5 (https://docs.hdfgroup.org/hdf5/v1_10/): named arrays and attributes. Objects
// are named by their path in the file, "/" is the file itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace stategrad::io {

using Shape = std::vector<std::int64_t>;

/// Where a file is built before it appears under its name.
enum class Hdf5Storage {
  kMemory,  ///< for files of some hundred megabytes: written in one go by commit()
  kDisk,    ///< for any size: grows under a temporary name
  kTrial,   ///< in memory and never written: to see how long writing takes
};

/// A file being written; appears whole, by commit(), or not at all. The same calls give the same
/// bytes. T is float, double, std::int32_t or std::int64_t.
///
/// Every function throws ResourceError naming the file when the disk is full, DataError when it
/// cannot be written for another reason.
class Hdf5Writer {
 public:
  Hdf5Writer(const std::filesystem::path& target, Hdf5Storage storage);
  ~Hdf5Writer();
  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// Texts are stored with a fixed length, that of the longest, filled up with zeros.
  void set_attribute(const std::string& object, const std::string& name, const std::string& value);
  void set_attribute(const std::string& object, const std::string& name, std::int64_t value);

  /// Writes an array, compressed when it is larger than a few kilobytes; groups above it are made.
  template <class T>
  void write(const std::string& path, const Shape& shape, std::span<const T> values);
  void write_texts(const std::string& path, const std::vector<std::string>& texts);

  /// Creates an array [0, shape...] that append() makes longer; compressed, in chunks of so many
  /// items.
  template <class T>
  void create_growing(const std::string& path, const Shape& item_shape,
                      std::int64_t items_in_chunk = 1);
  /// Appends the items of a chunk, or fewer for the last time.
  template <class T>
  void append(const std::string& path, std::span<const T> items);

  void commit();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Upper bounds of what an array of write(), one of create_growing() and a list of texts add to a
/// file, whatever the values: uncompressed, and with the library's tables.
/// @param items size of the first dimension
[[nodiscard]] std::uint64_t hdf5_array_bound(std::uint64_t items, std::uint64_t item_bytes);
[[nodiscard]] std::uint64_t hdf5_growing_bound(std::uint64_t items, std::uint64_t item_bytes);
[[nodiscard]] std::uint64_t hdf5_texts_bound(const std::vector<std::string>& texts);

/// A file to read. Every function throws DataError naming file and object when the object is
/// missing, of another type or shape, or cannot be read. Texts of variable length are another type.
class Hdf5Reader {
 public:
  /// @throws DataError if the file is missing or is no (whole) HDF5 file
  explicit Hdf5Reader(const std::filesystem::path& file);
  ~Hdf5Reader();
  Hdf5Reader(const Hdf5Reader&) = delete;
  Hdf5Reader& operator=(const Hdf5Reader&) = delete;

  [[nodiscard]] bool has_attribute(const std::string& object, const std::string& name) const;
  [[nodiscard]] std::string text_attribute(const std::string& object,
                                           const std::string& name) const;
  [[nodiscard]] std::int64_t integer_attribute(const std::string& object,
                                               const std::string& name) const;

  [[nodiscard]] bool contains(const std::string& path) const;
  [[nodiscard]] Shape shape(const std::string& path) const;
  /// Throws also if fewer bytes are stored than so many values can be compressed to: what an
  /// altered file says of its arrays must not make the reader take memory without end. Looks at
  /// every chunk.
  void require_stored(const std::string& path) const;
  /// Reads an array of the given shape.
  template <class T>
  void read(const std::string& path, const Shape& shape, std::span<T> out) const;
  [[nodiscard]] std::vector<std::string> read_texts(const std::string& path) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stategrad::io

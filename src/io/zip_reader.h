// SPDX-License-Identifier: MIT
//
// Zip archives whose entries are read whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace stategrad::io {

/// An archive that is read by entry number. Checksums are checked by libzip. For one thread.
class ZipReader {
 public:
  /// @throws DataError if it is no zip file or a truncated one
  explicit ZipReader(const std::filesystem::path& file);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  /// Number of entries.
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::string name(std::size_t entry) const;
  [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const;
  /// Bytes of an entry, as the archive says.
  [[nodiscard]] std::uint64_t bytes(std::size_t entry) const;

  /// The content of an entry.
  /// @throws DataError if it is truncated, altered or of another size than the archive says;
  ///   ResourceError if the memory does not suffice
  [[nodiscard]] std::string read(std::size_t entry) const;
  /// At most so many bytes from its start. @throws DataError as read()
  [[nodiscard]] std::string read_start(std::size_t entry, std::size_t limit) const;

  /// @throws DataError unless the entry is stored as it is and lies within the file: its size is
  ///   then one that the file can have
  void require_stored(std::size_t entry) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stategrad::io

// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace stategrad::text {

/// Whether files in this encoding can be read; names are Python's or iconv's, in any case.
[[nodiscard]] bool is_known_encoding(const std::string& encoding);

/// Reads a text file piece by piece as valid UTF-8, in bounded memory. A byte order mark at the
/// start is no part of the text.
class Decoder {
 public:
  /// @throws UsageError for an unknown encoding; DataError if the file is missing, a folder or
  ///   unreadable
  Decoder(const std::filesystem::path& file, const std::string& encoding);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// The next piece, about a megabyte that ends between two characters; empty at the end of the
  /// file. Valid until the next call.
  /// @throws DataError naming the line, from 1, for bytes that the encoding does not allow, for NUL
  ///   characters (a binary file) and for failures to read
  [[nodiscard]] std::string_view next();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stategrad::text

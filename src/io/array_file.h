// SPDX-License-Identifier: MIT
//
// Files of named arrays, whoever wrote them: state dicts and modules of PyTorch, safetensors, .npz.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace stategrad::io {

/// What a file says of an array.
struct ArrayInfo {
  std::string dtype;  ///< numpy's name: "float32", "float16", "int64", …, and "bfloat16"
  std::vector<std::int64_t> shape;

  /// Number of values; fits, as readers check.
  [[nodiscard]] std::int64_t count() const;
};

/// Arrays by name. Reading an array takes memory for that one only, besides what the file's kind
/// needs. Safe for one thread.
class ArrayFile {
 public:
  virtual ~ArrayFile() = default;
  ArrayFile() = default;
  ArrayFile(const ArrayFile&) = delete;
  ArrayFile& operator=(const ArrayFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const std::map<std::string, ArrayInfo>& arrays() const { return arrays_; }
  /// What the file says besides: a module's settings ("rnn.mode"), metadata of safetensors.
  [[nodiscard]] const std::map<std::string, std::string>& attributes() const { return attributes_; }

  /// The numbers of an array, row-major.
  /// @throws DataError if there is none of that name, its numbers are no integers or floats, or the
  ///   file does not hold what it says; ResourceError if the memory does not suffice
  [[nodiscard]] virtual std::vector<double> read(const std::string& name) const = 0;

 protected:
  /// The entry of arrays(). @throws DataError if there is none
  [[nodiscard]] const ArrayInfo& info(const std::string& name) const;

  std::string path_;
  std::map<std::string, ArrayInfo> arrays_;
  std::map<std::string, std::string> attributes_;
};

/// Bytes of a number, 0 for a type that cannot be read.
[[nodiscard]] std::size_t dtype_size(std::string_view dtype);

/// Little-endian numbers as float64; all of them fit but int64's beyond 2^53, which are rounded.
/// @param bytes a multiple of dtype_size(dtype), which is not 0
[[nodiscard]] std::vector<double> decode_numbers(std::string_view dtype, std::string_view bytes);

/// Opens a file by what it begins with, whatever its name.
/// @throws DataError if it is none of the three kinds, truncated or damaged
[[nodiscard]] std::unique_ptr<ArrayFile> open_array_file(const std::filesystem::path& file);

}  // namespace stategrad::io

// SPDX-License-Identifier: MIT
//
// Named tensors in one file, https://huggingface.co/docs/safetensors: 8 bytes with the length of a
// JSON header, the header, the values row-major and little-endian.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stategrad::io {

/// A tensor to be written; borrows its bytes.
struct TensorView {
  std::string name;
  std::string dtype;  ///< "F32", "F64", "I64", …
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Writes tensors in the given order. Atomic; the same input gives the same bytes.
/// @throws UsageError if a name stands twice or bytes do not fit shape and dtype
void write_safetensors(const std::filesystem::path& file,
                       const std::map<std::string, std::string>& metadata,
                       std::span<const TensorView> tensors);

/// Where a tensor stands in a file.
struct TensorInfo {
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::size_t offset = 0;  ///< from the start of the file
  std::size_t bytes = 0;
};

/// A whole file in memory, checked: the tensors cover the values without gap or overlap.
class Safetensors {
 public:
  /// @throws DataError naming the offset and what was expected
  explicit Safetensors(const std::filesystem::path& file);

  [[nodiscard]] const std::map<std::string, std::string>& metadata() const { return metadata_; }
  [[nodiscard]] const std::map<std::string, TensorInfo>& tensors() const { return tensors_; }
  [[nodiscard]] bool contains(const std::string& name) const { return tensors_.contains(name); }

  /// The bytes of a tensor, as long as this object lives. @throws DataError if it is missing
  [[nodiscard]] std::string_view bytes(const std::string& name) const;

  /// Copies the numbers of a tensor, converted from F32 or F64 to Real (float or double).
  /// @throws DataError if it is missing, of another shape, or no F32 or F64
  template <class Real>
  void copy(const std::string& name, std::span<const std::int64_t> shape,
            std::span<Real> out) const;

  /// Copies the 64-bit numbers of a tensor of any shape that has out.size() of them.
  /// @throws DataError if it is missing, of another size, or no I64
  void copy(const std::string& name, std::span<std::int64_t> out) const;

 private:
  void parse_header(std::string_view header, std::size_t data_start);
  void add_tensor(const std::string& name, const nlohmann::json& entry, std::size_t data_start);
  void check_cover(std::size_t data_start) const;
  [[nodiscard]] const TensorInfo& find(const std::string& name) const;
  [[noreturn]] void fail(const std::string& place, const std::string& message) const;

  std::string file_;
  std::string content_;
  std::map<std::string, std::string> metadata_;
  std::map<std::string, TensorInfo> tensors_;
};

}  // namespace stategrad::io

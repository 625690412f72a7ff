// SPDX-License-Identifier: MIT
#include "io/array_file.h"

#include <fmt/format.h>

#include <cstring>

#include "base/atomic_file.h"
#include "base/memory.h"
#include "io/half.h"
#include "io/npy.h"
#include "io/safetensors.h"
#include "io/torch_file.h"
#include "io/zip_reader.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

template <class Stored, class Convert>
std::vector<double> convert(std::string_view bytes, Convert&& number) {
  std::vector<double> values(bytes.size() / sizeof(Stored));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    values[i] = static_cast<double>(number(stored));
  }
  return values;
}

template <class Stored>
std::vector<double> convert(std::string_view bytes) {
  return convert<Stored>(bytes, [](Stored value) { return value; });
}

/// safetensors' names of types in numpy's words.
std::string numpy_name(const std::string& dtype) {
  static const std::map<std::string, std::string> names{
      {"F64", "float64"}, {"F32", "float32"}, {"F16", "float16"}, {"BF16", "bfloat16"},
      {"I64", "int64"},   {"I32", "int32"},   {"I16", "int16"},   {"I8", "int8"},
      {"U8", "uint8"},    {"BOOL", "bool"}};
  const auto found = names.find(dtype);
  return found == names.end() ? dtype : found->second;
}

/// npy's codes of types as names.
std::string name_of_code(const std::string& code) {
  static const std::map<std::string, std::string> names{
      {"<f8", "float64"}, {"<f4", "float32"}, {"<f2", "float16"},
      {"<i8", "int64"},   {"<i4", "int32"},   {"<i2", "int16"},
      {"|i1", "int8"},    {"|u1", "uint8"},   {"|b1", "bool"}};
  const auto found = names.find(code);
  return found == names.end() ? code : found->second;
}

class SafetensorsArrays : public ArrayFile {
 public:
  explicit SafetensorsArrays(const std::filesystem::path& file) : content_(file) {
    path_ = file.string();
    attributes_ = content_.metadata();
    for (const auto& [name, tensor] : content_.tensors()) {
      arrays_[name] = {numpy_name(tensor.dtype), tensor.shape};
    }
  }
  [[nodiscard]] std::vector<double> read(const std::string& name) const override {
    const ArrayInfo& array = info(name);
    if (dtype_size(array.dtype) == 0) {
      throw DataError(path_, fmt::format("tensor {}", name),
                      fmt::format("numbers of type {} cannot be read", array.dtype));
    }
    return decode_numbers(array.dtype, content_.bytes(name));
  }

 private:
  Safetensors content_;
};

class NpzArrays : public ArrayFile {
 public:
  explicit NpzArrays(const std::filesystem::path& file) : archive_(file) {
    path_ = file.string();
    for (std::size_t entry = 0; entry < archive_.size(); ++entry) {
      std::string name = archive_.name(entry);
      const std::string place = fmt::format("{}: entry '{}'", path_, name);
      if (!name.ends_with(".npy")) throw DataError(place, "", "no .npy array");
      const NpyHeader header = parse_npy_header(archive_.read_start(entry, 1 << 16), place);
      name.resize(name.size() - 4);
      if (!npy_byte_count(header)) throw DataError(place, "", "a shape of too many values");
      if (!arrays_.try_emplace(name, ArrayInfo{name_of_code(header.dtype), header.shape}).second) {
        throw DataError(place, "", "stands twice");
      }
      entries_[name] = entry;
    }
  }
  [[nodiscard]] std::vector<double> read(const std::string& name) const override {
    static_cast<void>(info(name));
    const std::string content = archive_.read(entries_.at(name));
    return parse_npy<double>(content, fmt::format("{}: entry '{}.npy'", path_, name)).values;
  }

 private:
  ZipReader archive_;
  std::map<std::string, std::size_t> entries_;
};

}  // namespace

std::int64_t ArrayInfo::count() const {
  std::int64_t n = 1;
  for (const std::int64_t size : shape) {
    if (size == 0) return 0;  // The others may be any.
  }
  for (const std::int64_t size : shape) n *= size;
  return n;
}

const ArrayInfo& ArrayFile::info(const std::string& name) const {
  const auto found = arrays_.find(name);
  if (found == arrays_.end()) throw DataError(path_, "", fmt::format("has no array '{}'", name));
  return found->second;
}

std::size_t dtype_size(std::string_view dtype) {
  if (dtype == "float64" || dtype == "int64") return 8;
  if (dtype == "float32" || dtype == "int32") return 4;
  if (dtype == "float16" || dtype == "bfloat16" || dtype == "int16") return 2;
  if (dtype == "int8" || dtype == "uint8" || dtype == "bool") return 1;
  return 0;
}

std::vector<double> decode_numbers(std::string_view dtype, std::string_view bytes) {
  require_memory(bytes.size() / dtype_size(dtype) * sizeof(double), "the numbers of an array");
  if (dtype == "float64") return convert<double>(bytes);
  if (dtype == "float32") return convert<float>(bytes);
  if (dtype == "float16") return convert<std::uint16_t>(bytes, from_half);
  if (dtype == "bfloat16") return convert<std::uint16_t>(bytes, from_bfloat16);
  if (dtype == "int64") return convert<std::int64_t>(bytes);
  if (dtype == "int32") return convert<std::int32_t>(bytes);
  if (dtype == "int16") return convert<std::int16_t>(bytes);
  if (dtype == "int8") return convert<std::int8_t>(bytes);
  return convert<std::uint8_t>(bytes);
}

std::unique_ptr<ArrayFile> open_array_file(const std::filesystem::path& file) {
  const std::string start = read_file(file, 16);
  if (start.starts_with("PK")) {
    if (is_torch_file(file)) return open_torch_file(file);
    return std::make_unique<NpzArrays>(file);
  }
  if (start.starts_with("\x80\x02")) {
    throw DataError(file.string(), "",
                    "in the format of PyTorch before 1.6: load it there and save it again with "
                    "torch.save(torch.load(FILE), NEW_FILE)");
  }
  if (start.size() > 8 && start[8] == '{') return std::make_unique<SafetensorsArrays>(file);
  throw DataError(file.string(), "",
                  "neither a file of torch.save (.pt, .pth), nor safetensors, nor .npz");
}

}  // namespace stategrad::io

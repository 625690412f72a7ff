// SPDX-License-Identifier: MIT
#include "io/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

using nlohmann::json;

constexpr std::size_t kPrefix = 8;
constexpr std::size_t kAlignment = 8;

std::size_t item_size(std::string_view dtype) {
  if (dtype == "F64" || dtype == "I64" || dtype == "U64") return 8;
  if (dtype == "F32" || dtype == "I32" || dtype == "U32") return 4;
  if (dtype == "F16" || dtype == "BF16" || dtype == "I16" || dtype == "U16") return 2;
  if (dtype == "I8" || dtype == "U8" || dtype == "BOOL") return 1;
  return 0;
}

/// Bytes of a tensor, none if a size is negative or the product overflows.
std::optional<std::size_t> byte_count(std::string_view dtype, std::span<const std::int64_t> shape) {
  std::size_t bytes = item_size(dtype);
  for (const std::int64_t size : shape) {
    if (size < 0) return std::nullopt;
    if (size == 0) return 0;
    if (bytes > std::numeric_limits<std::int64_t>::max() / static_cast<std::size_t>(size)) {
      return std::nullopt;
    }
    bytes *= static_cast<std::size_t>(size);
  }
  return bytes;
}

/// JSON that refuses a key that stands twice in one object.
json parse_strictly(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  const json::parser_callback_t no_repeats = [&](int, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      throw std::invalid_argument(fmt::format("'{}' stands twice", value.get<std::string>()));
    }
    return true;
  };
  return json::parse(text, no_repeats);
}

/// The library makes integers of other numbers too, whatever comes of it.
std::vector<std::int64_t> integers(const json& list) {
  for (const json& item : list) {
    if (!item.is_number_integer()) {
      throw json::type_error::create(302, "an integer was expected", &item);
    }
  }
  return list.get<std::vector<std::int64_t>>();
}

}  // namespace

void write_safetensors(const std::filesystem::path& file,
                       const std::map<std::string, std::string>& metadata,
                       std::span<const TensorView> tensors) {
  nlohmann::ordered_json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::size_t offset = 0;
  for (const TensorView& tensor : tensors) {
    if (byte_count(tensor.dtype, tensor.shape) != tensor.bytes.size() || tensor.dtype.empty()) {
      throw UsageError(fmt::format("tensor {}: {} bytes do not fit {} [{}]", tensor.name,
                                   tensor.bytes.size(), tensor.dtype,
                                   fmt::join(tensor.shape, ", ")));
    }
    if (header.contains(tensor.name)) {
      throw UsageError(fmt::format("tensor {} stands twice", tensor.name));
    }
    header[tensor.name] = {{"dtype", tensor.dtype},
                           {"shape", tensor.shape},
                           {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.is_null() ? "{}" : header.dump();
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  const std::uint64_t length = text.size();
  AtomicFile out(file);
  out.write(std::as_bytes(std::span(&length, 1)));
  out.write(text);
  for (const TensorView& tensor : tensors) out.write(tensor.bytes);
  out.commit();
}

Safetensors::Safetensors(const std::filesystem::path& file)
    : file_(file.string()), content_(read_file(file)) {
  if (content_.size() < kPrefix) {
    fail(fmt::format("offset {}", content_.size()),
         "truncated: a safetensors file begins with the length of its header");
  }
  std::uint64_t length = 0;
  std::memcpy(&length, content_.data(), kPrefix);
  if (length > content_.size() - kPrefix) {
    fail("offset 0", fmt::format("a header of {} bytes is announced, the file has {}: truncated, "
                                 "or no safetensors file",
                                 length, content_.size() - kPrefix));
  }
  const std::size_t data_start = kPrefix + static_cast<std::size_t>(length);
  parse_header(std::string_view(content_).substr(kPrefix, length), data_start);
  check_cover(data_start);
}

void Safetensors::fail(const std::string& place, const std::string& message) const {
  throw DataError(file_, place, message);
}

void Safetensors::parse_header(std::string_view header, std::size_t data_start) {
  json parsed;
  try {
    parsed = parse_strictly(header);
  } catch (const std::exception& e) {
    fail("offset 8", fmt::format("damaged safetensors header: {}", e.what()));
  }
  if (!parsed.is_object()) fail("offset 8", "the safetensors header is no JSON object");
  for (const auto& [name, value] : parsed.items()) {
    if (name != "__metadata__") {
      add_tensor(name, value, data_start);
      continue;
    }
    if (!value.is_object()) fail("offset 8", "__metadata__ is no JSON object");
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) fail("offset 8", fmt::format("__metadata__ '{}' is no text", key));
      metadata_[key] = text.get<std::string>();
    }
  }
}

void Safetensors::add_tensor(const std::string& name, const json& entry, std::size_t data_start) {
  const std::string place = fmt::format("tensor {}", name);
  TensorInfo info;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  try {
    info.dtype = entry.at("dtype").get<std::string>();
    info.shape = integers(entry.at("shape"));
    const std::vector<std::int64_t> offsets = integers(entry.at("data_offsets"));
    if (offsets.size() != 2 || offsets[0] < 0 || offsets[1] < offsets[0]) {
      fail(place, "data_offsets are not two rising numbers");
    }
    begin = static_cast<std::uint64_t>(offsets[0]);
    end = static_cast<std::uint64_t>(offsets[1]);
  } catch (const json::exception&) {
    fail(place, "dtype, shape and data_offsets were expected");
  }
  if (item_size(info.dtype) == 0) fail(place, fmt::format("unknown dtype '{}'", info.dtype));
  if (end > content_.size() - data_start) {
    fail(place, fmt::format("truncated: its values end at offset {}, the file at {}",
                            data_start + end, content_.size()));
  }
  if (byte_count(info.dtype, info.shape) != end - begin) {
    fail(place, fmt::format("{} bytes do not fit {} [{}]", end - begin, info.dtype,
                            fmt::join(info.shape, ", ")));
  }
  info.offset = data_start + begin;
  info.bytes = end - begin;
  tensors_.emplace(name, std::move(info));
}

void Safetensors::check_cover(std::size_t data_start) const {
  std::vector<std::pair<std::size_t, std::size_t>> parts;
  for (const auto& [name, info] : tensors_) parts.emplace_back(info.offset, info.bytes);
  std::sort(parts.begin(), parts.end());
  std::size_t next = data_start;
  for (const auto& [offset, bytes] : parts) {
    if (offset != next) {
      fail(fmt::format("offset {}", std::min(offset, next)),
           offset < next ? "two tensors overlap" : "bytes that belong to no tensor");
    }
    next += bytes;
  }
  if (next != content_.size()) {
    fail(fmt::format("offset {}", next), "more bytes follow than the tensors have");
  }
}

const TensorInfo& Safetensors::find(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) fail(fmt::format("tensor {}", name), "is missing");
  return found->second;
}

std::string_view Safetensors::bytes(const std::string& name) const {
  const TensorInfo& info = find(name);
  return std::string_view(content_).substr(info.offset, info.bytes);
}

template <class Real>
void Safetensors::copy(const std::string& name, std::span<const std::int64_t> shape,
                       std::span<Real> out) const {
  const TensorInfo& info = find(name);
  const std::string place = fmt::format("tensor {}", name);
  if (!std::equal(shape.begin(), shape.end(), info.shape.begin(), info.shape.end())) {
    fail(place, fmt::format("has the shape [{}], [{}] was expected", fmt::join(info.shape, ", "),
                            fmt::join(shape, ", ")));
  }
  if (info.dtype != "F32" && info.dtype != "F64") {
    fail(place, fmt::format("has the dtype {}, F32 or F64 was expected", info.dtype));
  }
  if (info.bytes != out.size() * item_size(info.dtype)) {
    throw UsageError(fmt::format("tensor {}: room for {} numbers", name, out.size()));
  }
  const char* from = content_.data() + info.offset;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (info.dtype == "F32") {
      float value = 0;
      std::memcpy(&value, from + i * sizeof value, sizeof value);
      out[i] = static_cast<Real>(value);
    } else {
      double value = 0;
      std::memcpy(&value, from + i * sizeof value, sizeof value);
      out[i] = static_cast<Real>(value);
    }
  }
}

void Safetensors::copy(const std::string& name, std::span<std::int64_t> out) const {
  const TensorInfo& info = find(name);
  if (info.dtype != "I64" || info.bytes != out.size_bytes()) {
    fail(fmt::format("tensor {}", name),
         fmt::format("{} I64 numbers were expected, it has {} bytes of {}", out.size(), info.bytes,
                     info.dtype));
  }
  std::memcpy(out.data(), content_.data() + info.offset, info.bytes);
}

template void Safetensors::copy(const std::string&, std::span<const std::int64_t>,
                                std::span<float>) const;
template void Safetensors::copy(const std::string&, std::span<const std::int64_t>,
                                std::span<double>) const;

}  // namespace stategrad::io

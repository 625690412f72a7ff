// SPDX-License-Identifier: MIT
#include "io/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

#include "io/half.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they are");

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kAlignment = 64;
/// Beyond any header that numpy writes for plain arrays.
constexpr std::size_t kLongestHeader = 1 << 16;

[[noreturn]] void fail(const std::string& file, std::size_t offset, const std::string& message) {
  throw DataError(file, fmt::format("offset {}", offset), message);
}

/// Reads numpy's dictionary: three keys, Python literals.
class HeaderText {
 public:
  HeaderText(std::string_view text, std::size_t offset, const std::string& file)
      : text_(text), offset_(offset), file_(file) {}

  NpyHeader parse() {
    NpyHeader header;
    bool has_dtype = false;
    bool has_order = false;
    bool has_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr") {
        header.dtype = quoted();
        has_dtype = true;
      } else if (key == "fortran_order") {
        header.fortran_order = boolean();
        has_order = true;
      } else if (key == "shape") {
        header.shape = shape();
        has_shape = true;
      } else {
        wrong("descr, fortran_order or shape");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (place_ != text_.size()) wrong("the end of the header");
    if (!has_dtype || !has_order || !has_shape) wrong("descr, fortran_order and shape");
    return header;
  }

 private:
  [[noreturn]] void wrong(std::string_view expected) const {
    fail(file_, offset_ + place_, fmt::format("damaged npy header: {} was expected", expected));
  }
  void skip_blanks() {
    while (place_ < text_.size() && (text_[place_] == ' ' || text_[place_] == '\n')) ++place_;
  }
  bool accept(char c) {
    skip_blanks();
    if (place_ >= text_.size() || text_[place_] != c) return false;
    ++place_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) wrong(fmt::format("'{}'", c));
  }
  bool accept_word(std::string_view word) {
    skip_blanks();
    if (text_.substr(place_, word.size()) != word) return false;
    place_ += word.size();
    return true;
  }
  std::string quoted() {
    const char quote = accept('\'') ? '\'' : '"';
    if (quote == '"') expect('"');
    const std::size_t end = text_.find(quote, place_);
    if (end == std::string_view::npos) wrong("a closing quote");
    std::string content(text_.substr(place_, end - place_));
    place_ = end + 1;
    return content;
  }
  bool boolean() {
    if (accept_word("True")) return true;
    if (accept_word("False")) return false;
    wrong("True or False");
  }
  std::int64_t number() {
    skip_blanks();
    std::int64_t value = -1;
    const char* begin = text_.data() + place_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{} || value < 0) wrong("a size of 0 or more");
    place_ += static_cast<std::size_t>(end - begin);
    return value;
  }
  std::vector<std::int64_t> shape() {
    std::vector<std::int64_t> sizes;
    expect('(');
    while (!accept(')')) {
      sizes.push_back(number());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return sizes;
  }

  std::string_view text_;
  std::size_t offset_;
  const std::string& file_;
  std::size_t place_ = 0;
};

/// Row-major values from values whose first index runs fastest.
template <class Real>
std::vector<Real> from_fortran_order(const std::vector<Real>& in,
                                     const std::vector<std::int64_t>& shape) {
  std::vector<Real> out(in.size());
  std::vector<std::int64_t> index(shape.size(), 0);
  for (const Real value : in) {
    std::size_t place = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      place = place * static_cast<std::size_t>(shape[axis]) + static_cast<std::size_t>(index[axis]);
    }
    out[place] = value;
    for (std::size_t axis = 0; axis < shape.size() && ++index[axis] == shape[axis]; ++axis) {
      index[axis] = 0;
    }
  }
  return out;
}

template <class Stored, class Real>
std::vector<Real> convert(std::string_view bytes) {
  std::vector<Real> values(bytes.size() / sizeof(Stored));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Stored value;
    std::memcpy(&value, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    values[i] = static_cast<Real>(value);
  }
  return values;
}

void check_size(const NpyHeader& header, std::size_t file_size, const std::string& file) {
  const auto bytes = npy_byte_count(header);
  if (!bytes || *bytes > file_size - header.data_offset) {
    fail(file, file_size,
         fmt::format("truncated: {} values of {} bytes were expected from offset {} on",
                     bytes ? fmt::format("{}", header.count()) : "too many", header.item_size(),
                     header.data_offset));
  }
  if (*bytes < file_size - header.data_offset) {
    fail(file, header.data_offset + *bytes, "more bytes follow than the array has");
  }
}

}  // namespace

std::int64_t NpyHeader::count() const {
  std::int64_t n = 1;
  for (const std::int64_t size : shape) n *= size;
  return n;
}

std::size_t NpyHeader::item_size() const {
  std::size_t size = 0;
  const char* begin = dtype.data() + std::min<std::size_t>(2, dtype.size());
  const auto [end, error] = std::from_chars(begin, dtype.data() + dtype.size(), size);
  const bool whole = error == std::errc{} && end == dtype.data() + dtype.size();
  if (!whole) return 0;
  return dtype[1] == 'U' ? 4 * size : size;
}

std::optional<std::size_t> npy_byte_count(const NpyHeader& header) {
  std::size_t bytes = header.item_size();
  for (const std::int64_t size : header.shape) {
    if (size == 0) return 0;
    if (bytes > std::numeric_limits<std::int64_t>::max() / static_cast<std::size_t>(size)) {
      return std::nullopt;
    }
    bytes *= static_cast<std::size_t>(size);
  }
  return bytes;
}

NpyHeader parse_npy_header(std::string_view bytes, const std::string& file) {
  if (bytes.size() < 10 || bytes.substr(0, 6) != kMagic) {
    fail(file, 0, "no npy file: it should begin with \\x93NUMPY, a version and a length");
  }
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) {
    fail(file, 6, fmt::format("npy version {}, 1 to 3 can be read", version));
  }
  const std::size_t start = version == 1 ? 10 : 12;
  if (bytes.size() < start) fail(file, bytes.size(), "truncated in the npy header");
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > kLongestHeader) {
    fail(file, 8,
         fmt::format("npy header of {} bytes, at most {} expected", length, kLongestHeader));
  }
  if (bytes.size() - start < length) fail(file, bytes.size(), "truncated in the npy header");
  NpyHeader header = HeaderText(bytes.substr(start, length), start, file).parse();
  header.data_offset = start + length;
  if (header.item_size() == 0 || (header.dtype[0] == '>' && header.item_size() > 1)) {
    fail(file, start,
         fmt::format("values of type '{}', little-endian numbers were expected", header.dtype));
  }
  return header;
}

NpyHeader read_npy_header(const std::filesystem::path& file) {
  const std::string start = read_file(file, kLongestHeader + kAlignment);
  NpyHeader header = parse_npy_header(start, file.string());
  check_size(header, std::filesystem::file_size(file), file.string());
  return header;
}

template <class Real>
NpyArray<Real> parse_npy(std::string_view content, const std::string& file) {
  const NpyHeader header = parse_npy_header(content, file);
  check_size(header, content.size(), file);
  const std::string_view bytes = content.substr(header.data_offset);
  NpyArray<Real> array;
  array.shape = header.shape;
  if (header.dtype == "<f2") {
    const std::vector<std::uint16_t> bits = convert<std::uint16_t, std::uint16_t>(bytes);
    for (const std::uint16_t half : bits) array.values.push_back(from_half(half));
  } else if (header.dtype == "<f4") {
    array.values = convert<float, Real>(bytes);
  } else if (header.dtype == "<f8") {
    array.values = convert<double, Real>(bytes);
  } else if (header.dtype == "<i4") {
    array.values = convert<std::int32_t, Real>(bytes);
  } else if (header.dtype == "<i8") {
    array.values = convert<std::int64_t, Real>(bytes);
  } else {
    fail(file, 10,
         fmt::format("values of type '{}', float32, float64, int32 or int64 were expected",
                     header.dtype));
  }
  if (header.fortran_order) array.values = from_fortran_order(array.values, array.shape);
  return array;
}

template <class Real>
NpyArray<Real> read_npy(const std::filesystem::path& file) {
  return parse_npy<Real>(read_file(file), file.string());
}

std::string npy_header(DType dtype, std::span<const std::int64_t> shape) {
  std::string sizes;
  for (const std::int64_t size : shape) sizes += fmt::format("{}, ", size);
  if (shape.size() > 1) sizes.resize(sizes.size() - 2);
  if (shape.size() == 1) sizes.resize(sizes.size() - 1);
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                                 dtype == DType::kFloat32 ? "<f4" : "<f8", sizes);
  constexpr std::size_t kFixed = 10;
  const std::size_t used = kFixed + text.size() + 1;
  text.append((kAlignment - used % kAlignment) % kAlignment, ' ');
  text += '\n';
  std::string header(kMagic);
  header += '\x01';
  header += '\x00';
  header += static_cast<char>(text.size() & 0xff);
  header += static_cast<char>(text.size() >> 8);
  return header + text;
}

template <class Real>
void write_npy(const std::filesystem::path& file, std::span<const std::int64_t> shape,
               std::span<const Real> values, Durable durable) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  if (count != static_cast<std::int64_t>(values.size())) {
    throw UsageError(fmt::format("{}: {} values do not fit the shape, which has {}", file.string(),
                                 values.size(), count));
  }
  // One buffer and one call: these files are written by the million.
  std::string bytes = npy_header(sizeof(Real) == 4 ? DType::kFloat32 : DType::kFloat64, shape);
  const std::size_t header_size = bytes.size();
  bytes.resize(header_size + values.size_bytes());
  std::memcpy(bytes.data() + header_size, values.data(), values.size_bytes());
  write_file(file, bytes, durable);
}

template NpyArray<float> parse_npy(std::string_view, const std::string&);
template NpyArray<double> parse_npy(std::string_view, const std::string&);
template NpyArray<float> read_npy(const std::filesystem::path&);
template NpyArray<double> read_npy(const std::filesystem::path&);
template void write_npy(const std::filesystem::path&, std::span<const std::int64_t>,
                        std::span<const float>, Durable);
template void write_npy(const std::filesystem::path&, std::span<const std::int64_t>,
                        std::span<const double>, Durable);

}  // namespace stategrad::io

// SPDX-License-Identifier: MIT
#include "text/decoder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <iconv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <vector>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad::text {
namespace {

constexpr std::size_t kPiece = 1 << 20;
constexpr std::size_t kSmallPiece = 1 << 16;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// iconv's name for Python's.
std::string iconv_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::replace(name.begin(), name.end(), '_', '-');
  if (name == "UTF8") return "UTF-8";
  if (name == "LATIN-1") return "ISO-8859-1";
  return name;
}

/// iconv's sign of failure.
iconv_t no_converter() {
  return reinterpret_cast<iconv_t>(-1);  // NOLINT(performance-no-int-to-ptr): POSIX wants it
}

iconv_t open_converter(const std::string& encoding) {
  // iconv reads "//" as options and an empty name as the locale's encoding.
  if (encoding.empty() || encoding.find('/') != std::string::npos) {
    return no_converter();
  }
  return ::iconv_open("UTF-8", iconv_name(encoding).c_str());
}

/// Where a code point beyond Unicode's last, U+10FFFF, starts: iconv lets such ones pass.
std::size_t find_beyond_unicode(std::string_view text) {
  constexpr std::string_view kHighStarts = "\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd";
  constexpr std::string_view kHighest = "\xf4\x8f";
  std::size_t at = text.find_first_of(kHighStarts);
  while (at != std::string_view::npos && text.substr(at, 2) <= kHighest) {
    at = text.find_first_of(kHighStarts, at + 1);
  }
  return at;
}

bool is_open(iconv_t converter) { return converter != no_converter(); }

}  // namespace

bool is_known_encoding(const std::string& encoding) {
  const iconv_t converter = open_converter(encoding);
  if (is_open(converter)) ::iconv_close(converter);
  return is_open(converter);
}

struct Decoder::Impl {
  std::string file;
  std::string encoding;
  int descriptor = -1;
  iconv_t converter = no_converter();
  std::vector<char> raw;
  std::size_t held = 0;  ///< bytes at the start of raw that wait for the rest of their character
  std::vector<char> decoded;
  std::size_t line = 1;
  bool at_start = true;
  bool at_end = false;

  ~Impl() {
    if (is_open(converter)) ::iconv_close(converter);
    if (descriptor >= 0) ::close(descriptor);
  }

  [[noreturn]] void fail(std::size_t at_line, const std::string& message) const {
    throw DataError(file, fmt::format("line {}", at_line), message);
  }

  [[noreturn]] void fail_after(std::string_view text, const std::string& message) const {
    fail(line + static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), message);
  }

  /// Fills raw behind the held bytes; returns how many bytes there are.
  std::size_t read() {
    while (true) {
      const ssize_t got = ::read(descriptor, raw.data() + held, raw.size() - held);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw_file_error(file, "read", errno);
      at_end = got == 0;
      return held + static_cast<std::size_t>(got);
    }
  }

  /// Decodes the first `size` bytes of raw and holds back an incomplete character.
  std::string_view convert(std::size_t size) {
    // No encoding here needs more than three bytes of UTF-8 for one of its own.
    decoded.resize(3 * size + 16);
    char* in = raw.data();
    std::size_t in_left = size;
    char* out = decoded.data();
    std::size_t out_left = decoded.size();
    const std::size_t result = ::iconv(converter, &in, &in_left, &out, &out_left);
    const int error = errno;
    const std::string_view text(decoded.data(), static_cast<std::size_t>(out - decoded.data()));
    const std::size_t beyond = find_beyond_unicode(text);
    if (beyond != std::string_view::npos) {
      fail_after(text.substr(0, beyond), fmt::format("bytes that are no {}", encoding));
    }
    if (result == static_cast<std::size_t>(-1) && error != EINVAL) {
      fail_after(text, fmt::format("bytes that are no {}: convert the file, or set 'encoding' to "
                                   "the one that it has",
                                   encoding));
    }
    std::copy(in, in + in_left, raw.data());
    held = in_left;
    return text;
  }
};

Decoder::Decoder(const std::filesystem::path& file, const std::string& encoding)
    : impl_(std::make_unique<Impl>()) {
  impl_->file = file.string();
  impl_->encoding = encoding;
  impl_->converter = open_converter(encoding);
  if (!is_open(impl_->converter)) {
    throw UsageError(
        fmt::format("unknown encoding '{}': give one like utf-8 or latin-1", encoding));
  }
  impl_->descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (impl_->descriptor < 0) throw_file_error(file, "read", errno);
  struct stat status = {};
  if (::fstat(impl_->descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    throw DataError(impl_->file, "", "is a directory, a text file was expected");
  }
  // Most lists are small, and to clear a whole piece would take longer than to read them.
  const bool small =
      S_ISREG(status.st_mode) && static_cast<std::size_t>(status.st_size) < kSmallPiece;
  impl_->raw.resize(small ? kSmallPiece : kPiece);
}

Decoder::~Decoder() = default;

std::string_view Decoder::next() {
  Impl& d = *impl_;
  std::string_view text;
  while (text.empty() && !d.at_end) {
    const std::size_t size = d.read();
    if (d.at_end && d.held > 0) {
      d.fail(d.line, fmt::format("the file ends in the middle of a {} character", d.encoding));
    }
    text = d.convert(size);
    if (d.at_start && text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
      text.remove_prefix(kByteOrderMark.size());
    }
    d.at_start = d.at_start && text.empty();
  }
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    d.fail_after(text.substr(0, nul),
                 "a NUL character: this is a binary file, or its 'encoding' "
                 "is another one");
  }
  d.line += static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  return text;
}

}  // namespace stategrad::text

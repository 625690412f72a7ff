// SPDX-License-Identifier: MIT
#include "io/npz.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zip.h>

#include <cerrno>
#include <functional>
#include <limits>
#include <memory>
#include <numeric>

#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

/// Room for the header of the array, whose length numpy leaves to the writer.
constexpr std::size_t kHeaderSize = 128;
/// The first moment that zip files know: a fixed one, for the same bytes every time.
constexpr std::time_t kFirstOf1980 = 315532800;

std::string padded_header(DType dtype, std::int64_t count, std::vector<std::int64_t> shape) {
  shape.insert(shape.begin(), count);
  std::string header = npy_header(dtype, shape);
  if (header.size() > kHeaderSize) {
    throw InternalError(fmt::format("an array header of {} bytes", header.size()));
  }
  // Blanks before the final newline are part of the format; the length stands in bytes 8 and 9.
  header.insert(header.size() - 1, kHeaderSize - header.size(), ' ');
  header[8] = static_cast<char>(kHeaderSize - 10);
  header[9] = 0;
  return header;
}

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

[[noreturn]] void fail(const std::filesystem::path& target, zip_error_t* error) {
  const int number = zip_error_code_system(error);
  if (number != 0) throw_file_error(target, "write", number);
  throw DataError(target.string(), "",
                  fmt::format("cannot be written: {}", zip_error_strerror(error)));
}

/// A new archive of compressed arrays, which appears at `path` when it is closed.
class CompressedArchive {
 public:
  /// @param target the file that messages name
  CompressedArchive(const std::filesystem::path& path, std::filesystem::path target)
      : target_(std::move(target)) {
    int code = 0;
    archive_.reset(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
    if (archive_) return;
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    fail(target_, &error);
  }
  /// The bytes or the file are read when the archive is closed.
  void add(const std::string& name, std::span<const char> bytes) {
    add(name, zip_source_buffer(archive_.get(), bytes.data(), bytes.size(), 0));
  }
  void add_file(const std::string& name, const std::filesystem::path& file) {
    add(name, zip_source_file(archive_.get(), file.c_str(), 0, -1));
  }
  void close() {
    if (zip_close(archive_.get()) != 0) fail(target_, zip_get_error(archive_.get()));
    static_cast<void>(archive_.release());
  }

 private:
  /// @param source is given away; null: there was an error
  void add(const std::string& name, zip_source_t* source) {
    const zip_int64_t index =
        source == nullptr ? -1
                          : zip_file_add(archive_.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      fail(target_, zip_get_error(archive_.get()));
    }
    const auto entry = static_cast<zip_uint64_t>(index);
    zip_set_file_compression(archive_.get(), entry, ZIP_CM_DEFLATE, 0);
    zip_file_set_mtime(archive_.get(), entry, kFirstOf1980, 0);
  }

  std::filesystem::path target_;
  Archive archive_;
};

}  // namespace

NpzWriter::NpzWriter(const std::filesystem::path& target, DType dtype,
                     std::vector<std::int64_t> item_shape)
    : archive_(target),
      spool_(target),
      dtype_(dtype),
      item_shape_(std::move(item_shape)),
      item_bytes_(static_cast<std::size_t>(
          std::accumulate(item_shape_.begin(), item_shape_.end(),
                          std::int64_t{dtype == DType::kFloat32 ? 4 : 8}, std::multiplies<>()))) {
  const std::string room(kHeaderSize, ' ');
  write_at(0, std::as_bytes(std::span(room)));
}

void NpzWriter::write_at(std::int64_t offset, std::span<const std::byte> bytes) {
  const int file = ::open(spool_.path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) throw_file_error(spool_.target(), "write", errno);
  int error = 0;
  while (!bytes.empty() && error == 0) {
    const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), offset);
    if (written > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
      offset += written;
    } else if (written < 0 && errno != EINTR) {
      error = errno;
    }
  }
  if (::close(file) != 0 && error == 0) error = errno;
  if (error != 0) throw_file_error(spool_.target(), "write", error);
}

void NpzWriter::append(std::span<const std::byte> bytes) {
  if (bytes.size() != item_bytes_) {
    throw UsageError(
        fmt::format("an item of {} bytes where {} were expected", bytes.size(), item_bytes_));
  }
  write_at(static_cast<std::int64_t>(kHeaderSize + static_cast<std::size_t>(count_) * item_bytes_),
           bytes);
  ++count_;
}

void NpzWriter::commit() {
  const std::string header = padded_header(dtype_, count_, item_shape_);
  write_at(0, std::as_bytes(std::span(header)));
  CompressedArchive archive(archive_.path(), archive_.target());
  archive.add_file("arr_0.npy", spool_.path());
  archive.close();
  archive_.commit();
}

std::uint64_t npz_compressed_size(std::span<const std::byte> bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  if (target == nullptr) throw ResourceError("not enough memory to compress an array");
  zip_source_keep(target);
  const std::unique_ptr<zip_source_t, void (*)(zip_source_t*)> kept(target, zip_source_free);
  Archive archive(zip_open_from_source(target, ZIP_TRUNCATE, &error));
  zip_source_t* source =
      archive ? zip_source_buffer(archive.get(), bytes.data(), bytes.size(), 0) : nullptr;
  const zip_int64_t index =
      source == nullptr ? -1 : zip_file_add(archive.get(), "arr_0.npy", source, ZIP_FL_ENC_UTF_8);
  if (index < 0) throw ResourceError("not enough memory to compress an array");
  zip_set_file_compression(archive.get(), static_cast<zip_uint64_t>(index), ZIP_CM_DEFLATE, 0);
  zip_stat_t result;
  zip_stat_init(&result);
  if (zip_close(archive.get()) != 0) throw ResourceError("not enough memory to compress an array");
  static_cast<void>(archive.release());
  zip_source_stat(target, &result);
  return result.size;
}

std::uint64_t npz_upper_bound(std::uint64_t bytes_of_items) {
  // Deflate stores what it cannot compress in blocks of 16 kB or more with five bytes before each;
  // the zip file has three tables of some hundred bytes.
  constexpr std::uint64_t kTables = 512;
  const std::uint64_t overhead = kHeaderSize + bytes_of_items / 1024 + kTables;
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  return bytes_of_items > kLargest - overhead ? kLargest : bytes_of_items + overhead;
}

void write_npz(const std::filesystem::path& file, std::span<const NpzArray> arrays) {
  TemporaryPath target(file);
  std::vector<std::string> contents;  // What libzip reads when it closes the archive.
  for (const NpzArray& array : arrays) {
    std::string content = npy_header(array.dtype, array.shape);
    const auto bytes = static_cast<std::size_t>(
        std::accumulate(array.shape.begin(), array.shape.end(),
                        std::int64_t{array.dtype == DType::kFloat32 ? 4 : 8}, std::multiplies<>()));
    if (bytes != array.bytes.size()) {
      throw UsageError(fmt::format("array {}: {} bytes where its shape needs {}", array.name,
                                   array.bytes.size(), bytes));
    }
    content.append(reinterpret_cast<const char*>(array.bytes.data()), array.bytes.size());
    contents.push_back(std::move(content));
  }
  CompressedArchive archive(target.path(), file);
  for (std::size_t i = 0; i < contents.size(); ++i) {
    archive.add(arrays[i].name + ".npy", contents[i]);
  }
  archive.close();
  target.commit();
}

std::vector<NpzEntry> read_npz_entries(const std::filesystem::path& file) {
  int code = 0;
  const Archive archive(zip_open(file.c_str(), ZIP_RDONLY, &code));
  if (!archive) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    throw DataError(
        file.string(), "",
        fmt::format("no .npz file, or a truncated one: {}", zip_error_strerror(&error)));
  }
  std::vector<NpzEntry> entries;
  const zip_int64_t count = zip_get_num_entries(archive.get(), 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* raw = zip_get_name(archive.get(), index, 0);
    std::string name = raw == nullptr ? "" : raw;
    const std::string place = fmt::format("entry '{}'", name);
    if (!name.ends_with(".npy")) throw DataError(file.string(), place, "no .npy array");
    zip_file_t* stream = zip_fopen_index(archive.get(), index, 0);
    std::string start(65'536, '\0');
    const zip_int64_t read = stream == nullptr ? -1 : zip_fread(stream, start.data(), start.size());
    if (stream != nullptr) zip_fclose(stream);
    if (read < 0) throw DataError(file.string(), place, "cannot be read: truncated or altered");
    start.resize(static_cast<std::size_t>(read));
    name.resize(name.size() - 4);
    entries.push_back({std::move(name), parse_npy_header(start, file.string() + ": " + place)});
  }
  return entries;
}

}  // namespace stategrad::io

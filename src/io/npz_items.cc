// SPDX-License-Identifier: MIT
#include "io/npz_items.h"

#include <fmt/format.h>
#include <zip.h>

#include <cstring>
#include <limits>
#include <string>

#include "io/npz.h"
#include "stategrad/errors.h"

namespace stategrad::io {
namespace {

struct CloseArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseStream {
  void operator()(zip_file_t* stream) const { zip_fclose(stream); }
};

/// The only entry, which can be streamed.
NpzEntry single_entry(const std::filesystem::path& file) {
  std::vector<NpzEntry> entries = read_npz_entries(file);
  if (entries.size() != 1) {
    throw DataError(file.string(), "",
                    fmt::format("{} arrays where one was expected", entries.size()));
  }
  const NpyHeader& header = entries[0].header;
  const std::string place = fmt::format("entry '{}'", entries[0].name);
  if (header.dtype != "<f4" && header.dtype != "<f8") {
    throw DataError(
        file.string(), place,
        fmt::format("values of type '{}', float32 or float64 were expected", header.dtype));
  }
  if (header.fortran_order || header.shape.empty()) {
    throw DataError(file.string(), place,
                    header.shape.empty() ? "a single number where an array was expected"
                                         : "Fortran's order: save it in C order");
  }
  return std::move(entries[0]);
}

/// 0 if an item has no values or more than memory should hold.
std::size_t item_size(const std::vector<std::int64_t>& shape) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  std::int64_t size = 1;
  for (const std::int64_t n : shape) {
    if (n == 0 || n > kMost / size) return 0;
    size *= n;
  }
  return static_cast<std::size_t>(size);
}

}  // namespace

struct NpzItems::Impl {
  std::string file;
  NpzEntry entry;
  std::vector<std::int64_t> item_shape;
  std::int64_t done = 0;
  std::vector<char> raw;
  std::vector<double> item;
  std::unique_ptr<zip_t, CloseArchive> archive;
  std::unique_ptr<zip_file_t, CloseStream> stream;

  [[noreturn]] void fail(const std::string& message) const {
    throw DataError(file, fmt::format("entry '{}'", entry.name), message);
  }

  /// @returns how many bytes there were, fewer than asked for only at the end
  std::size_t read(char* out, std::size_t size) const {
    std::size_t got = 0;
    while (got < size) {
      const zip_int64_t n = zip_fread(stream.get(), out + got, size - got);
      if (n < 0) fail(fmt::format("truncated or altered at or after item {}", done));
      if (n == 0) break;
      got += static_cast<std::size_t>(n);
    }
    return got;
  }
};

NpzItems::NpzItems(const std::filesystem::path& file) : impl_(std::make_unique<Impl>()) {
  Impl& impl = *impl_;
  impl.file = file.string();
  impl.entry = single_entry(file);
  const NpyHeader& header = impl.entry.header;
  impl.item_shape.assign(header.shape.begin() + 1, header.shape.end());
  const std::size_t size = item_size(impl.item_shape);
  if (size == 0) impl.fail("items without values, or of more than 2,147,483,647");
  impl.item.resize(size);
  impl.raw.resize(size * header.item_size());
  int code = 0;
  impl.archive.reset(zip_open(file.c_str(), ZIP_RDONLY, &code));
  if (impl.archive) impl.stream.reset(zip_fopen_index(impl.archive.get(), 0, 0));
  if (!impl.stream) impl.fail("cannot be read");
  std::vector<char> skipped(header.data_offset);
  if (impl.read(skipped.data(), skipped.size()) < skipped.size()) impl.fail("truncated");
}

NpzItems::~NpzItems() = default;

std::int64_t NpzItems::count() const { return impl_->entry.header.shape[0]; }

const std::vector<std::int64_t>& NpzItems::item_shape() const { return impl_->item_shape; }

std::span<const double> NpzItems::next() {
  Impl& impl = *impl_;
  if (impl.done == count()) {
    char more = 0;
    if (impl.read(&more, 1) > 0) impl.fail("more bytes follow than the array has");
    return {};
  }
  if (impl.read(impl.raw.data(), impl.raw.size()) < impl.raw.size()) {
    impl.fail(fmt::format("truncated: item {} of {} is missing", impl.done, count()));
  }
  ++impl.done;
  if (impl.entry.header.dtype == "<f8") {
    std::memcpy(impl.item.data(), impl.raw.data(), impl.raw.size());
  } else {
    for (std::size_t i = 0; i < impl.item.size(); ++i) {
      float value = 0;
      std::memcpy(&value, impl.raw.data() + i * sizeof(float), sizeof(float));
      impl.item[i] = value;
    }
  }
  return impl.item;
}

}  // namespace stategrad::io

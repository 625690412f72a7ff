// SPDX-License-Identifier: MIT
#include "io/zip_reader.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/memory.h"
#include "stategrad/errors.h"

namespace stategrad::io {

struct ZipReader::Impl {
  std::string file;
  zip_t* archive = nullptr;
  std::uint64_t file_bytes = 0;

  [[noreturn]] void fail(std::size_t entry, const std::string& message) const {
    const char* raw = zip_get_name(archive, entry, 0);
    throw DataError(file, fmt::format("entry '{}'", raw == nullptr ? "" : raw), message);
  }
  [[nodiscard]] zip_stat_t stat(std::size_t entry) const {
    zip_stat_t result;
    zip_stat_init(&result);
    constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
    if (zip_stat_index(archive, entry, 0, &result) != 0 || (result.valid & kNeeded) != kNeeded) {
      fail(entry, "its size cannot be read: the archive is damaged");
    }
    return result;
  }
};

ZipReader::ZipReader(const std::filesystem::path& file) : impl_(std::make_unique<Impl>()) {
  impl_->file = file.string();
  std::error_code error_code;
  impl_->file_bytes = std::filesystem::file_size(file, error_code);
  int code = 0;
  impl_->archive = error_code ? nullptr : zip_open(file.c_str(), ZIP_RDONLY, &code);
  if (impl_->archive == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw DataError(file.string(), "",
                    fmt::format("no zip archive, or a truncated one: {}", reason));
  }
}

ZipReader::~ZipReader() {
  if (impl_->archive != nullptr) zip_discard(impl_->archive);
}

std::size_t ZipReader::size() const {
  return static_cast<std::size_t>(zip_get_num_entries(impl_->archive, 0));
}

std::string ZipReader::name(std::size_t entry) const {
  const char* raw = zip_get_name(impl_->archive, entry, 0);
  return raw == nullptr ? "" : raw;
}

std::optional<std::size_t> ZipReader::find(const std::string& name) const {
  const zip_int64_t found = zip_name_locate(impl_->archive, name.c_str(), 0);
  if (found < 0) return std::nullopt;
  return static_cast<std::size_t>(found);
}

std::uint64_t ZipReader::bytes(std::size_t entry) const { return impl_->stat(entry).size; }

void ZipReader::require_stored(std::size_t entry) const {
  const zip_stat_t stat = impl_->stat(entry);
  if (stat.comp_method != ZIP_CM_STORE) {
    impl_->fail(entry, "is compressed, which torch.save does not do");
  }
  if (stat.size > impl_->file_bytes) {
    impl_->fail(entry, fmt::format("says that it has {} bytes, the whole file has {}", stat.size,
                                   impl_->file_bytes));
  }
}

std::string ZipReader::read(std::size_t entry) const {
  const zip_stat_t stat = impl_->stat(entry);
  const std::uint64_t size = stat.size;
  // Deflate's best is 1032 to 1; other ways to compress that libzip knows are not for arrays.
  constexpr std::uint64_t kMostCompressed = 1100;
  const std::uint64_t stored = std::min<std::uint64_t>(stat.comp_size, impl_->file_bytes);
  if (size / kMostCompressed > stored) {
    impl_->fail(entry, fmt::format("says that it has {} bytes, more than the file can hold", size));
  }
  require_memory(size, fmt::format("entry '{}' of {}", name(entry), impl_->file));
  // A byte more than there should be, so that libzip comes to the end and checks the sum.
  std::string content = read_start(entry, static_cast<std::size_t>(size) + 1);
  if (content.size() != size) {
    impl_->fail(entry, fmt::format("has {} bytes where {} were announced", content.size(), size));
  }
  return content;
}

std::string ZipReader::read_start(std::size_t entry, std::size_t limit) const {
  struct Close {
    void operator()(zip_file_t* stream) const { zip_fclose(stream); }
  };
  const std::unique_ptr<zip_file_t, Close> stream(zip_fopen_index(impl_->archive, entry, 0));
  if (!stream) impl_->fail(entry, "cannot be read: truncated or altered");
  std::string content(limit, '\0');
  std::size_t done = 0;
  while (done < limit) {
    const zip_int64_t read = zip_fread(stream.get(), content.data() + done, limit - done);
    if (read < 0) impl_->fail(entry, "cannot be read: truncated or altered");
    if (read == 0) break;
    done += static_cast<std::size_t>(read);
  }
  content.resize(done);
  return content;
}

}  // namespace stategrad::io

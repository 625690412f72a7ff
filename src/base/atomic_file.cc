// SPDX-License-Identifier: MIT
#include "base/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <system_error>
#include <utility>

#include "stategrad/errors.h"

namespace stategrad {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Flushes a file or folder to the disk by name.
void sync_path(const fs::path& path, const fs::path& reported) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw_file_error(reported, "flush", errno);
  const int result = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  // Some file systems cannot flush folders, and say so with EINVAL.
  if (result != 0 && error != EINVAL) throw_file_error(reported, "flush", error);
}

/// Where a path leads.
struct Place {
  fs::path path;                  ///< with symbolic links followed; nothing needs to be there
  std::optional<int> descriptor;  ///< the open file of this process that a path like /dev/stdout is
};

Place follow_links(const fs::path& path) {
  constexpr int kMostLinks = 40;  // of a path, as in Linux
  const fs::path own = fmt::format("/proc/{}/fd", ::getpid());
  std::error_code error;
  fs::path place = path;
  for (int links = 0; fs::is_symlink(fs::symlink_status(place, error)); ++links) {
    if (links == kMostLinks) throw_file_error(path, "write", ELOOP);
    // The links there are no names of files, even where they look like one.
    if (fs::canonical(folder_of(place), error) == own) {
      return {place, std::stoi(place.filename().string())};
    }
    const fs::path next = fs::read_symlink(place, error);
    if (error) throw_file_error(path, "write", error.value());
    place = folder_of(place) / next;
  }
  return {place, std::nullopt};
}

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether something is there that a file cannot take the place of.
bool is_special(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

}  // namespace

std::string_view finished_name(std::string_view name) {
  constexpr std::size_t kLettersOfLibzip = 6;
  const std::size_t mark = name.rfind(".tmp-");
  if (mark == std::string_view::npos || mark < 2 || !name.starts_with('.')) return name;
  std::string_view tail = name.substr(mark + 5);
  const std::size_t dot = tail.find('.');
  if (dot != std::string_view::npos && tail.size() == dot + 1 + kLettersOfLibzip) {
    tail = tail.substr(0, dot);
  }
  const std::size_t dash = tail.find('-');
  if (dash == std::string_view::npos || !is_number(tail.substr(0, dash)) ||
      !is_number(tail.substr(dash + 1))) {
    return name;
  }
  return name.substr(1, mark - 1);
}

void remove_leftovers(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (finished_name(name) == name || !fs::is_regular_file(entry->symlink_status())) continue;
    std::error_code failure;
    fs::remove(entry->path(), failure);
    if (failure) throw_file_error(entry->path(), "remove", failure.value());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw_file_error(folder, "read the folder", error.value());
  }
}

void throw_file_error(const fs::path& file, std::string_view tried, int error_number) {
  const std::string reason = std::generic_category().message(error_number);
  if (error_number == ENOSPC || error_number == EDQUOT || error_number == EFBIG) {
    throw ResourceError(fmt::format("{}: disk full: cannot {} ({}); nothing half-written is left",
                                    file.string(), tried, reason));
  }
  throw DataError(file.string(), "", fmt::format("cannot {}: {}", tried, reason));
}

TemporaryPath::TemporaryPath(fs::path target) : target_(std::move(target)) {
  static std::atomic<unsigned> counter{0};
  std::error_code error;
  const Place place = follow_links(target_);
  if (fs::is_directory(place.path, error)) {
    throw DataError(target_.string(), "", "is a folder, a file was to be written there");
  }
  if (place.descriptor || is_special(place.path)) {
    throw DataError(target_.string(), "",
                    "is no regular file, and this format cannot be written to anything else");
  }
  place_ = place.path;
  const fs::path folder = folder_of(place_);
  if (!fs::is_directory(folder, error)) {
    throw DataError(target_.string(), "",
                    fmt::format("cannot write: {} is no folder", folder.string()));
  }
  temporary_ = folder / fmt::format(".{}.tmp-{}-{}", place_.filename().string(), ::getpid(),
                                    counter.fetch_add(1));
}

TemporaryPath::~TemporaryPath() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void TemporaryPath::commit(Durable durable) {
  if (durable == Durable::kYes) sync_path(temporary_, target_);
  if (::rename(temporary_.c_str(), place_.c_str()) != 0) {
    throw_file_error(target_, "write", errno);
  }
  committed_ = true;
  if (durable == Durable::kYes) sync_path(folder_of(place_), target_);
}

AtomicFile::AtomicFile(const fs::path& target) : target_(target) {
  const Place place = follow_links(target);
  if (place.descriptor) {
    descriptor_ = ::fcntl(*place.descriptor, F_DUPFD_CLOEXEC, 0);
  } else if (is_special(place.path)) {
    descriptor_ = ::open(target.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
  } else {
    temporary_.emplace(target);
    descriptor_ = ::open(temporary_->path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  if (descriptor_ < 0) throw_file_error(target, "write", errno);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      throw_file_error(target_, "write", errno);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void AtomicFile::write(std::string_view bytes) { write(std::as_bytes(std::span(bytes))); }

void AtomicFile::close() {
  const int result = ::close(descriptor_);
  descriptor_ = -1;
  if (result != 0) throw_file_error(target_, "write", errno);
}

void AtomicFile::commit(Durable durable) {
  if (temporary_ && durable == Durable::kYes && ::fsync(descriptor_) != 0) {
    throw_file_error(target_, "flush", errno);
  }
  close();
  if (temporary_) temporary_->commit(durable);
}

void write_file(const fs::path& path, std::string_view content, Durable durable) {
  AtomicFile file(path);
  file.write(content);
  file.commit(durable);
}

std::string read_file(const fs::path& path, std::size_t limit) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw_file_error(path, "read", errno);
  struct stat status = {};
  if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(descriptor);
    throw DataError(path.string(), "", "is a directory, a file was expected");
  }
  std::string content;
  content.reserve(std::min(limit, static_cast<std::size_t>(std::max<off_t>(0, status.st_size))));
  std::array<char, 1 << 16> chunk;
  while (content.size() < limit) {
    const ssize_t got = ::read(descriptor, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const int error = errno;
      ::close(descriptor);
      throw_file_error(path, "read", error);
    }
    if (got == 0) break;
    content.append(chunk.data(), static_cast<std::size_t>(got));
  }
  ::close(descriptor);
  return content;
}

void make_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) throw_file_error(path, "make the folder", error.value());
  if (!fs::is_directory(path, error)) {
    throw DataError(path.string(), "", "is a file, a folder was expected");
  }
}

fs::path nearest_existing(const fs::path& path) {
  std::error_code error;
  fs::path existing = fs::absolute(path, error);
  while (!fs::exists(fs::symlink_status(existing, error)) && existing.has_relative_path()) {
    existing = existing.parent_path();
  }
  return existing;
}

std::uintmax_t available_bytes(const fs::path& path) {
  std::error_code error;
  const fs::space_info space = fs::space(nearest_existing(path), error);
  if (error) throw_file_error(path, "ask for the free space", error.value());
  return space.available;
}

}  // namespace stategrad

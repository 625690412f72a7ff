// SPDX-License-Identifier: MIT
//
// Files that appear whole or not at all: written under a temporary name in the same folder, then
// renamed. What is interrupted leaves neither a partial file nor the temporary one. Symbolic links
// are followed: the link stays, and the file that it leads to is the one that is replaced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace stategrad {

/// Whether commit() waits until the file would survive a power cut. kNo is for files written by the
/// million: they are still renamed into place, so a crash of the program leaves only whole ones.
enum class Durable { kNo, kYes };

/// A temporary name beside `target`, for libraries that write by name themselves.
class TemporaryPath {
 public:
  /// Makes no file.
  /// @throws DataError if the folder is missing, or something is there that is no regular file: a
  ///   folder, a pipe, a device
  explicit TemporaryPath(std::filesystem::path target);
  /// Removes the temporary file unless it was committed.
  ~TemporaryPath();
  TemporaryPath(const TemporaryPath&) = delete;
  TemporaryPath& operator=(const TemporaryPath&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return temporary_; }
  /// As it was given, for messages.
  [[nodiscard]] const std::filesystem::path& target() const { return target_; }
  /// Renames the temporary file to the target. @throws DataError or ResourceError
  void commit(Durable durable = Durable::kYes);

 private:
  std::filesystem::path target_;
  std::filesystem::path place_;  ///< where the links of target_ lead
  std::filesystem::path temporary_;
  bool committed_ = false;
};

/// The name that a file in the making is going to have, or the name itself if it is finished:
/// ".NAME.tmp-PROCESS-COUNT" is NAME, and so is one with a dot and six letters more, which is how
/// libzip writes an archive.
[[nodiscard]] std::string_view finished_name(std::string_view name);

/// Removes the files in the making of a folder, not of those below it: what a process left that was
/// killed. No other process may be writing there. Nothing happens if there is no such folder.
/// @throws DataError naming what cannot be removed
void remove_leftovers(const std::filesystem::path& folder);

/// A file being written. What is no regular file (a pipe, /dev/null, /dev/stdout, even if that is
/// redirected to a file) cannot be replaced: it is written to at once, and stays what it is.
class AtomicFile {
 public:
  /// @throws DataError if it cannot be created: folder missing or read-only, target is a folder
  explicit AtomicFile(const std::filesystem::path& target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends bytes.
  /// @throws ResourceError naming the file if the disk is full, DataError for other failures
  void write(std::span<const std::byte> bytes);
  void write(std::string_view bytes);

  /// Makes the file appear under its name. Without it, the destructor removes what was written.
  void commit(Durable durable = Durable::kYes);

 private:
  void close();
  std::filesystem::path target_;
  std::optional<TemporaryPath> temporary_;  ///< none: written to at once
  int descriptor_ = -1;
};

/// Writes a whole file through AtomicFile.
void write_file(const std::filesystem::path& path, std::string_view content,
                Durable durable = Durable::kYes);

/// The content of a file.
/// @param limit read no more than about so many bytes from its start
/// @throws DataError if it is missing, a folder or unreadable
[[nodiscard]] std::string read_file(const std::filesystem::path& path,
                                    std::size_t limit = std::string::npos);

/// Makes a folder and those above it; fine if it exists.
/// @throws DataError if a part of the path is a file or cannot be written to
void make_folders(const std::filesystem::path& path);

/// The path itself if something is there, even a link to nowhere, or else the nearest folder above
/// it that exists; absolute.
[[nodiscard]] std::filesystem::path nearest_existing(const std::filesystem::path& path);

/// Free bytes for this user on the disk of the path or of its nearest existing ancestor.
/// @throws DataError if the disk does not say
[[nodiscard]] std::uintmax_t available_bytes(const std::filesystem::path& path);

/// The error for a failed system call on a file: ResourceError when the disk, the quota or the file
/// size limit is exhausted, else DataError; names the file, what was tried and the reason.
[[noreturn]] void throw_file_error(const std::filesystem::path& file, std::string_view tried,
                                   int error_number);

}  // namespace stategrad

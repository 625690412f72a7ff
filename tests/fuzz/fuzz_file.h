// SPDX-License-Identifier: MIT
//
// What fuzz targets share: bytes as a file, and the promise of readers of foreign files, which is
// to give what is there or to throw one of the library's errors.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "stategrad/errors.h"

namespace stategrad::fuzz {

/// A file in memory with a path, for readers that open files by name.
class MemoryFile {
 public:
  MemoryFile(const std::uint8_t* data, std::size_t size) : descriptor_(memfd_create("fuzz", 0)) {
    if (descriptor_ < 0) std::abort();
    for (std::size_t done = 0; done < size;) {
      const ssize_t written = ::write(descriptor_, data + done, size - done);
      if (written <= 0) std::abort();
      done += static_cast<std::size_t>(written);
    }
  }
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] std::filesystem::path path() const {
    return "/proc/self/fd/" + std::to_string(descriptor_);
  }

 private:
  int descriptor_;
};

/// Runs a reader. Its errors are answers; messages must be one line. Any other exception ends the
/// process, which is a finding.
template <class Read>
int expect_errors_only(Read&& read) {
  try {
    read();
  } catch (const InternalError&) {
    std::abort();
  } catch (const Error&) {
  }
  return 0;
}

}  // namespace stategrad::fuzz

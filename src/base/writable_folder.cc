// SPDX-License-Identifier: MIT
#include "base/writable_folder.h"

#include <fmt/format.h>

#include <string>
#include <system_error>

#include "base/atomic_file.h"
#include "base/scratch_folder.h"
#include "stategrad/errors.h"

namespace stategrad {

namespace fs = std::filesystem;

void require_writable_folder(const fs::path& folder, std::string_view purpose) {
  std::error_code error;
  const fs::path existing = nearest_existing(folder);
  if (!fs::is_directory(existing, error)) {
    throw DataError(existing.string(), "",
                    fmt::format("is a file, a folder {} was expected", purpose));
  }
  // Permissions do not tell all, so something is made: file systems have reasons of their own.
  const ScratchFolder probe(folder);
}

}  // namespace stategrad

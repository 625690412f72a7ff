// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

namespace stategrad {

/// A folder of a name of its own that is removed again, with all that is in it.
class ScratchFolder {
 public:
  /// Makes it in `place` or, if that is absent, in the nearest folder above it that exists.
  /// @throws DataError or ResourceError naming place, if nothing can be made there
  explicit ScratchFolder(const std::filesystem::path& place);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace stategrad

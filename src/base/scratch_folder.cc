// SPDX-License-Identifier: MIT
#include "base/scratch_folder.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "base/atomic_file.h"

namespace stategrad {

ScratchFolder::ScratchFolder(const std::filesystem::path& place) {
  std::string name = (nearest_existing(place) / ".stategrad-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw_file_error(place, "write to the folder", errno);
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace stategrad

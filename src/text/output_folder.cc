// SPDX-License-Identifier: MIT
#include "text/output_folder.h"

#include <system_error>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad::text {

namespace fs = std::filesystem;

void check_corpus_folder(const fs::path& folder, bool overwrite) {
  std::error_code error;
  for (fs::path part = folder; !part.empty(); part = part.parent_path()) {
    if (fs::exists(part, error)) {
      if (!fs::is_directory(part, error)) {
        throw DataError(part.string(), "", "is a file, a folder for the corpus was expected");
      }
      break;
    }
    if (part == part.parent_path()) break;
  }
  if (overwrite || !fs::exists(folder, error)) return;
  const fs::directory_iterator entries(folder, error);
  if (error) throw_file_error(folder, "read the folder", error.value());
  if (entries != fs::directory_iterator()) {
    throw DataError(folder.string(), "",
                    "exists and is not empty: take another folder, or --overwrite to replace the "
                    "corpus in it");
  }
}

}  // namespace stategrad::text

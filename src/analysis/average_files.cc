// SPDX-License-Identifier: MIT
#include "analysis/average_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <system_error>

#include "analysis/gradient_folders.h"
#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

namespace fs = std::filesystem;

std::string name_after_delay(const std::string& class_name, const std::string& ending) {
  return fmt::format("_avg{}{}{}.npy", class_name.empty() ? "" : "_", class_name, ending);
}

}  // namespace

fs::path average_file(const fs::path& folder, int delay, const std::string& class_name,
                      const std::string& ending) {
  return folder / fmt::format("delay_{}{}", delay, name_after_delay(class_name, ending));
}

std::vector<std::pair<int, fs::path>> find_averages(const fs::path& folder,
                                                    const std::string& class_name) {
  const std::string end = name_after_delay(class_name, "");
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) throw_file_error(folder, "read the folder", error.value());
  std::vector<std::pair<int, fs::path>> found;
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(end)) continue;
    const auto delay =
        number_after("delay_", std::string_view(name).substr(0, name.size() - end.size()));
    if (delay && *delay <= std::numeric_limits<int>::max()) {
      found.emplace_back(static_cast<int>(*delay), entry.path());
    }
  }
  if (found.empty()) {
    throw DataError(
        folder.string(), "",
        fmt::format("holds no averages delay_<d>{}: make them with 'stategrad average'", end));
  }
  std::sort(found.begin(), found.end());
  return found;
}

Matrix read_average(const fs::path& file, int columns) {
  Matrix matrix = read_matrix(file);
  if (matrix.columns != columns) {
    throw DataError(file.string(), "",
                    fmt::format("state gradients to embeddings of {} dimensions, but the "
                                "normalisation has {}",
                                matrix.columns, columns));
  }
  return matrix;
}

}  // namespace stategrad::analysis

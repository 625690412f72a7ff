// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/atomic_file.h"
#include "base/text_format.h"
#include "cli/content.h"
#include "io/npy.h"
#include "io/npz.h"
#include "model/format.h"
#include "sinks/describe.h"
#include "sinks/gradient_tree.h"
#include "sinks/hdf5_sink.h"
#include "sinks/statistics_file.h"
#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kNumberedFolders = {"layer_", "timestep_", "delay_"};

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Whether a folder of this name may belong to a tree of state gradients.
bool is_of_tree(std::string_view name) {
  if (name == "cell" || name == "hidden") return true;
  return std::any_of(kNumberedFolders.begin(), kNumberedFolders.end(), [&](std::string_view start) {
    return name.starts_with(start) && is_number(name.substr(start.size()));
  });
}

/// A key by which delay_2 comes before delay_10.
std::string sorting_key(std::string_view path) {
  constexpr std::size_t kDigits = 20;
  std::string key;
  std::string digits;
  for (std::size_t i = 0; i <= path.size(); ++i) {
    if (i < path.size() && is_number(path.substr(i, 1))) {
      digits += path[i];
      continue;
    }
    if (!digits.empty()) key.append(kDigits - std::min(kDigits, digits.size()), '0') += digits;
    digits.clear();
    if (i < path.size()) key += path[i];
  }
  return key;
}

/// Goes through the folders and collects a row for each thing that holds state gradients.
class Results {
 public:
  explicit Results(fs::path root) : root_(std::move(root)) {}

  void enter(const fs::path& folder) {
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error) throw_file_error(folder, "read the folder", error.value());
    std::vector<fs::path> matrices;
    for (const fs::directory_entry& entry : entries) {
      const fs::path& path = entry.path();
      const std::string name = path.filename().string();
      if (entry.is_directory(error)) {
        if (!entry.is_symlink(error) && is_of_tree(name)) enter(path);
      } else if (path.extension() == ".npy" && is_number(path.stem().string())) {
        matrices.push_back(path);
      } else if (name == sinks::kPackedFileName) {
        add_archive(path);
      } else if (name == sinks::kStatisticsFileName) {
        add_h5(path, "sums", sinks::describe_statistics(path));
      } else if (name == sinks::kGradientsFileName) {
        add_h5(path, "matrices", sinks::describe_gradients_h5(path));
      }
    }
    if (!matrices.empty()) add_matrices(folder, matrices);
  }

  [[nodiscard]] bool empty() const { return found_.empty(); }

  [[nodiscard]] Content content() {
    std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
      return sorting_key(a.path) < sorting_key(b.path);
    });
    io::Table rows({"path", "content", "state_gradients", "shape", "type", "bytes"});
    std::uintmax_t bytes = 0;
    for (const Found& found : found_) {
      bytes += found.bytes;
      rows.add({found.path, found.content, found.count, found.shape, found.type,
                static_cast<std::int64_t>(found.bytes)});
    }
    return {
        {{"kind", "folder of state gradients"}, {"files", files_}, {"bytes", format_bytes(bytes)}},
        std::move(rows)};
  }

 private:
  struct Found {
    std::string path;
    std::string content;
    std::int64_t count = 0;
    io::Cell shape;
    io::Cell type;
    std::uintmax_t bytes = 0;
  };

  [[nodiscard]] std::string relative(const fs::path& path) const {
    return path.lexically_relative(root_).string();
  }

  void add_h5(const fs::path& file, const char* content, const sinks::Description& description) {
    constexpr std::size_t kCount = 3;  // the column of both tables
    std::int64_t count = 0;
    for (const auto& row : description.table.rows()) count += std::get<std::int64_t>(row[kCount]);
    ++files_;
    found_.push_back({relative(file), content, count, {}, {}, fs::file_size(file)});
  }

  void add_archive(const fs::path& file) {
    const std::vector<io::NpzEntry> entries = io::read_npz_entries(file);
    if (entries.size() != 1 || entries[0].header.shape.size() != 3) {
      throw DataError(file.string(), "",
                      "one array of three dimensions was expected: matrices, rows and columns");
    }
    std::vector<std::int64_t> shape = entries[0].header.shape;
    const std::int64_t count = shape.front();
    shape.erase(shape.begin());
    ++files_;
    found_.push_back({relative(file), "matrices, packed", count, shape_in_words(shape),
                      entries[0].header.dtype, fs::file_size(file)});
  }

  void add_matrices(const fs::path& folder, const std::vector<fs::path>& files) {
    const io::NpyHeader first = io::read_npy_header(files.front());
    Found found{
        relative(folder), "matrices, a file each", 0, shape_in_words(first.shape), first.dtype, 0};
    for (const fs::path& file : files) {
      const io::NpyHeader header = io::read_npy_header(file);
      if (header.shape != first.shape || header.dtype != first.dtype) {
        throw DataError(
            file.string(), "",
            fmt::format("{} of type '{}' where {} of type '{}' was expected, as in {}",
                        shape_in_words(header.shape), header.dtype, shape_in_words(first.shape),
                        first.dtype, files.front().filename().string()));
      }
      found.bytes += fs::file_size(file);
      ++found.count;
    }
    files_ += found.count;
    found_.push_back(std::move(found));
  }

  fs::path root_;
  std::vector<Found> found_;
  std::int64_t files_ = 0;
};

}  // namespace

Content describe_results(const fs::path& directory) {
  Results results(directory);
  results.enter(directory);
  if (results.empty()) {
    throw DataError(directory.string(), "",
                    fmt::format("neither a model directory ({}) nor state gradients ({}, {}, "
                                "folders delay_<d> of matrices) were found in this folder",
                                model::kDescriptionName, sinks::kStatisticsFileName,
                                sinks::kGradientsFileName));
  }
  return results.content();
}

}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
#include "sinks/pack.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "io/npy.h"
#include "io/npz.h"
#include "sinks/gradient_tree.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamesInNote = 3;

/// A folder to pack.
struct Job {
  fs::path folder;
  std::vector<fs::path> files;  ///< in numeric order
};

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_numbered(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && is_number(name.substr(prefix.size()));
}

bool leads_to_delays(std::string_view name) {
  return name == "cell" || name == "hidden" || is_numbered(name, "layer_") ||
         is_numbered(name, "timestep_") || is_numbered(name, "delay_");
}

/// Compares numbers of any length, given as digits.
bool comes_before(const fs::path& a, const fs::path& b) {
  const auto significant = [](const fs::path& path) {
    std::string digits = path.stem().string();
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
  };
  const std::string first = significant(a);
  const std::string second = significant(b);
  if (first.size() != second.size()) return first.size() < second.size();
  return first != second ? first < second : a < b;
}

void note_passed_over(const fs::path& folder, std::vector<std::string> names,
                      std::vector<std::string>& notes) {
  if (names.empty()) return;
  std::sort(names.begin(), names.end());
  std::string list = names[0];
  for (std::size_t i = 1; i < std::min(names.size(), kNamesInNote); ++i) list += ", " + names[i];
  if (names.size() > kNamesInNote) list += fmt::format(" and {} more", names.size() - kNamesInNote);
  notes.push_back(fmt::format(
      "{}: passed over {}: only files <number>.npy of the folder named or of folders delay_<d> are "
      "packed",
      folder.string(), list));
}

/// Finds what is to be packed.
class Search {
 public:
  explicit Search(PackSummary& summary) : notes_(summary.notes) {}

  /// Takes the files of a folder and, below it, of the folders delay_<d>.
  void enter(const fs::path& folder, bool takes_files) {
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error) throw_file_error(folder, "read the folder", error.value());
    // Links may lead to a folder twice, or back up.
    if (!seen_.insert(fs::canonical(folder)).second) return;
    Job job{folder, {}};
    std::vector<fs::path> below;
    std::vector<std::string> others;
    for (const fs::directory_entry& entry : entries) {
      const fs::path& path = entry.path();
      const std::string name = path.filename().string();
      if (entry.is_directory(error)) {
        if (leads_to_delays(name)) below.push_back(path);
      } else if (takes_files && path.extension() == ".npy" && is_number(path.stem().string())) {
        job.files.push_back(path);
      } else if (name != kMappingFileName && name != kPackedFileName) {
        others.push_back(name);
      }
    }
    note_passed_over(folder, std::move(others), notes_);
    std::sort(job.files.begin(), job.files.end(), comes_before);
    if (!job.files.empty()) jobs_.push_back(std::move(job));
    std::sort(below.begin(), below.end());
    for (const fs::path& path : below) enter(path, is_numbered(path.filename().string(), "delay_"));
  }

  [[nodiscard]] const std::vector<Job>& jobs() const { return jobs_; }

 private:
  std::vector<std::string>& notes_;
  std::vector<Job> jobs_;
  std::set<fs::path> seen_;
};

void refuse_existing_archives(const std::vector<Job>& jobs) {
  for (const Job& job : jobs) {
    const fs::path archive = job.folder / kPackedFileName;
    std::error_code error;
    if (fs::exists(fs::symlink_status(archive, error))) {
      throw DataError(archive.string(), "",
                      "exists: move it away, or take --overwrite to replace it");
    }
  }
}

std::string shape_text(const io::NpyHeader& header) {
  std::string text;
  for (const std::int64_t size : header.shape) {
    text += fmt::format("{}{}", text.empty() ? "" : " x ", size);
  }
  return fmt::format("{} numbers of type '{}'", text.empty() ? "single" : text, header.dtype);
}

/// The type of a matrix that can be packed.
DType type_of(const fs::path& file, const io::NpyHeader& header) {
  const bool single = header.dtype == "<f4";
  if (header.shape.size() != 2 || (!single && header.dtype != "<f8")) {
    throw DataError(
        file.string(), "",
        fmt::format("{}: a matrix of type '<f4' or '<f8' was expected", shape_text(header)));
  }
  return single ? DType::kFloat32 : DType::kFloat64;
}

template <class Real>
void append(const fs::path& file, io::NpzWriter& archive) {
  const auto matrix = io::read_npy<Real>(file);
  archive.append(std::as_bytes(std::span(matrix.values)));
}

/// @param packed called after each file
void pack_folder(const Job& job, PackSummary& summary, const std::function<void()>& packed) {
  const io::NpyHeader first = io::read_npy_header(job.files.front());
  const DType dtype = type_of(job.files.front(), first);
  const fs::path target = job.folder / kPackedFileName;
  io::NpzWriter archive(target, dtype, first.shape);
  for (const fs::path& file : job.files) {
    const io::NpyHeader header = io::read_npy_header(file);
    if (header.dtype != first.dtype || header.shape != first.shape) {
      throw DataError(
          file.string(), "",
          fmt::format("{}, but {} has {}: files of a folder must be alike", shape_text(header),
                      job.files.front().filename().string(), shape_text(first)));
    }
    dtype == DType::kFloat32 ? append<float>(file, archive) : append<double>(file, archive);
    summary.bytes_read += fs::file_size(file);
    ++summary.files;
    packed();
  }
  archive.commit();
  summary.bytes_written += fs::file_size(target);
  ++summary.folders;
}

}  // namespace

PackSummary pack(const fs::path& directory, const PackOptions& options) {
  PackSummary summary;
  Search search(summary);
  search.enter(directory, true);
  const std::vector<Job>& jobs = search.jobs();
  if (jobs.empty()) {
    throw DataError(directory.string(), "",
                    "holds nothing to pack: files <number>.npy were expected, here or in folders "
                    "delay_<d>");
  }
  if (!options.overwrite) refuse_existing_archives(jobs);
  std::uint64_t total = 0;
  for (const Job& job : jobs) total += job.files.size();
  for (const Job& job : jobs) {
    pack_folder(job, summary, [&] {
      if (options.on_progress) options.on_progress(summary.files, total);
    });
  }
  return summary;
}

}  // namespace stategrad::sinks

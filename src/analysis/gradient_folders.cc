// SPDX-License-Identifier: MIT
#include "analysis/gradient_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <system_error>

#include "base/atomic_file.h"
#include "io/npy.h"
#include "io/npz.h"
#include "io/npz_items.h"
#include "stategrad/errors.h"
#include "text/lines.h"

namespace stategrad::analysis {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPacked = "all.npz";
constexpr const char* kMapping = "mapping.txt";

/// Entries of a folder whose names are a prefix and a number, by number.
std::vector<std::pair<std::uint64_t, fs::path>> numbered_entries(const fs::path& folder,
                                                                 std::string_view prefix,
                                                                 std::string_view suffix) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) throw_file_error(folder, "read the folder", error.value());
  std::vector<std::pair<std::uint64_t, fs::path>> found;
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(suffix)) continue;
    const auto number =
        number_after(prefix, std::string_view(name).substr(0, name.size() - suffix.size()));
    if (number) found.emplace_back(*number, entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// The folders that hold folders delay_<d>.
std::vector<fs::path> step_folders(const fs::path& root) {
  std::vector<fs::path> steps;
  for (auto& [step, path] : numbered_entries(root, "timestep_", "")) steps.push_back(path);
  if (steps.empty()) steps.push_back(root);
  return steps;
}

DelayFolder open_folder(const fs::path& path) {
  DelayFolder folder{path, numbered_entries(path, "", ".npy"), 0};
  for (std::size_t i = 1; i < folder.files.size(); ++i) {
    if (folder.files[i].first == folder.files[i - 1].first) {
      throw DataError(
          folder.files[i].second.string(), "",
          fmt::format("has the same number as {}", folder.files[i - 1].second.filename().string()));
    }
  }
  folder.count = static_cast<std::int64_t>(folder.files.size());
  std::error_code error;
  const fs::path archive = path / kPacked;
  if (fs::exists(archive, error)) {
    const io::NpzItems items(archive);
    if (folder.count > 0 && items.count() != folder.count) {
      throw DataError(archive.string(), "",
                      fmt::format("holds {} matrices, but {} .npy files are beside it: remove the "
                                  "wrong ones",
                                  items.count(), folder.count));
    }
    folder.count = items.count();
  }
  if (folder.count == 0) {
    throw DataError(path.string(), "",
                    "holds no state gradients: files <number>.npy or an all.npz were expected");
  }
  return folder;
}

/// Adds matrices that must be alike.
class Sum {
 public:
  void add(std::span<const double> matrix, const std::vector<std::int64_t>& shape,
           const fs::path& file, const std::string& place) {
    constexpr std::int64_t kMost = std::numeric_limits<int>::max();
    if (shape.size() != 2 || matrix.empty() || shape[0] > kMost || shape[1] > kMost) {
      throw DataError(file.string(), place,
                      fmt::format("an array of shape [{}] where a matrix [H, E] was expected",
                                  fmt::join(shape, ", ")));
    }
    if (count_ == 0) {
      shape_ = shape;
      first_ = file;
      sum_.resize(matrix.size());
    } else if (shape != shape_) {
      throw DataError(file.string(), place,
                      fmt::format("a matrix of {} x {}, but {} has {} x {}: state gradients of a "
                                  "delay must be alike",
                                  shape[0], shape[1], first_.string(), shape_[0], shape_[1]));
    }
    require_finite(matrix, shape[1], file, place);
    std::transform(matrix.begin(), matrix.end(), sum_.begin(), sum_.begin(), std::plus());
    ++count_;
  }

  [[nodiscard]] Average mean() {
    for (double& value : sum_) value /= static_cast<double>(count_);
    return {{static_cast<int>(shape_[0]), static_cast<int>(shape_[1]), std::move(sum_)}, count_};
  }
  [[nodiscard]] std::int64_t count() const { return count_; }

 private:
  std::vector<std::int64_t> shape_;
  fs::path first_;
  std::vector<double> sum_;
  std::int64_t count_ = 0;
};

void add_files(const DelayFolder& folder, const AverageOptions& options,
               const std::vector<bool>& taken, Sum& sum) {
  for (std::size_t i = 0; i < folder.files.size(); ++i) {
    if (taken.empty() || taken[i]) {
      const fs::path& file = folder.files[i].second;
      const auto matrix = io::read_npy<double>(file);
      sum.add(matrix.values, matrix.shape, file, "");
    }
    if (options.on_matrix) options.on_matrix();
  }
}

void add_archive(const DelayFolder& folder, const AverageOptions& options,
                 const std::vector<bool>& taken, Sum& sum) {
  const fs::path file = folder.path / kPacked;
  io::NpzItems items(file);
  std::size_t i = 0;
  for (auto item = items.next(); !item.empty(); item = items.next(), ++i) {
    if (taken.empty() || taken[i]) {
      sum.add(item, items.item_shape(), file, fmt::format("matrix {}", i));
    }
    if (options.on_matrix) options.on_matrix();
  }
}

}  // namespace

std::optional<std::uint64_t> number_after(std::string_view prefix, std::string_view name) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size()) return std::nullopt;
  return number;
}

std::vector<int> delays_below(const fs::path& root) {
  std::set<int> delays;
  for (const fs::path& step : step_folders(root)) {
    for (const auto& [delay, path] : numbered_entries(step, "delay_", "")) {
      if (delay <= std::numeric_limits<int>::max()) delays.insert(static_cast<int>(delay));
    }
  }
  if (delays.empty()) {
    throw DataError(root.string(), "",
                    "holds no state gradients: folders timestep_<t>/delay_<d> were expected");
  }
  return {delays.begin(), delays.end()};
}

std::vector<DelayFolder> folders_of_delay(const fs::path& root, int delay) {
  const std::vector<int> delays = delays_below(root);
  std::vector<DelayFolder> folders;
  for (const fs::path& step : step_folders(root)) {
    for (const auto& [number, path] : numbered_entries(step, "delay_", "")) {
      if (number == static_cast<std::uint64_t>(delay)) folders.push_back(open_folder(path));
    }
  }
  if (folders.empty()) {
    throw DataError(root.string(), "",
                    fmt::format("has no delay {}: its delays are {}{}", delay, delays.front(),
                                delays.size() > 1 ? fmt::format(" to {}", delays.back()) : ""));
  }
  return folders;
}

std::vector<bool> matrices_of_words(const DelayFolder& folder, const TakesWord& takes) {
  const fs::path file = folder.path / kMapping;
  std::vector<std::pair<std::uint64_t, bool>> lines;
  text::for_each_line(file, [&](std::string_view line, std::int64_t number) {
    const std::size_t tab = line.find('\t');
    const auto window = number_after("", line.substr(0, tab));
    if (tab == std::string_view::npos || !window) {
      text::fail_at_line(file, number, "'number<TAB>word<TAB>words' was expected");
    }
    const std::string_view rest = line.substr(tab + 1);
    lines.emplace_back(*window, takes(rest.substr(0, rest.find('\t'))));
  });
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (static_cast<std::int64_t>(lines.size()) != folder.count) {
    throw DataError(
        file.string(), "",
        fmt::format("has {} lines, but the folder has {} matrices", lines.size(), folder.count));
  }
  std::vector<bool> taken;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!folder.files.empty() && folder.files[i].first != lines[i].first) {
      throw DataError(file.string(), "",
                      fmt::format("has no line for {}", folder.files[i].second.string()));
    }
    taken.push_back(lines[i].second);
  }
  return taken;
}

Average average(const std::vector<DelayFolder>& folders, const AverageOptions& options) {
  Sum sum;
  for (const DelayFolder& folder : folders) {
    std::vector<bool> taken;
    if (options.takes) taken = matrices_of_words(folder, options.takes);
    folder.files.empty() ? add_archive(folder, options, taken, sum)
                         : add_files(folder, options, taken, sum);
  }
  if (sum.count() == 0) {
    throw DataError(folders.empty() ? "" : folders.front().path.string(), "",
                    "none of the words of its matrices is in the class");
  }
  return sum.mean();
}

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
#include "sinks/forecast.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include "base/atomic_file.h"
#include "base/text_format.h"
#include "io/npy.h"
#include "io/npz.h"
#include "sinks/gradient_tree.h"
#include "sinks/hdf5_sink.h"
#include "sinks/statistics_sink.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();

std::uint64_t plus(std::uint64_t a, std::uint64_t b) { return a > kLargest - b ? kLargest : a + b; }

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > kLargest / b ? kLargest : a * b;
}

std::uint64_t round_up(std::uint64_t bytes, std::uint64_t block) {
  return times(bytes / block + (bytes % block == 0 ? 0 : 1), block);
}

void add_files(OutputForecast& forecast, std::uint64_t count, std::uint64_t size) {
  forecast.files = plus(forecast.files, count);
  forecast.bytes = plus(forecast.bytes, times(count, size));
  forecast.files_of_size[size] += count;
}

/// The folders of the original program, for npy, npz or both.
void add_tree(OutputForecast& forecast, const GradientRun& run, bool npy, bool npz) {
  const GradientTree tree(run);
  const std::array<std::int64_t, 2> shape = {run.architecture.size, run.rows};
  const std::uint64_t matrix = times(times(static_cast<std::uint64_t>(run.architecture.size),
                                           static_cast<std::uint64_t>(run.rows)),
                                     sizeof(float));
  const auto windows = static_cast<std::uint64_t>(run.num_windows);
  const auto folders = static_cast<std::uint64_t>(tree.folders().size());
  forecast.folders = tree.count_folders();
  for (const TreeFolder& folder : tree.folders()) add_files(forecast, 1, tree.mapping_size(folder));
  if (npy) {
    const std::string header = io::npy_header(DType::kFloat32, shape);
    add_files(forecast, times(folders, windows), plus(header.size(), matrix));
  }
  if (npz) {
    const std::uint64_t archive = io::npz_upper_bound(times(windows, matrix));
    add_files(forecast, folders, archive);
    // NpzSink collects everything uncompressed and then packs folder by folder.
    forecast.scratch_bytes = archive;
    forecast.upper_bound = true;
  }
}

/// What the sinks hold: sums, copies of text and vocabulary, a matrix at a time, an open folder
/// each.
void add_memory(OutputForecast& forecast, const GradientRun& run,
                std::span<const OutputFormat> formats, int blocks) {
  const std::uint64_t matrix = times(times(static_cast<std::uint64_t>(run.architecture.size),
                                           static_cast<std::uint64_t>(run.rows)),
                                     sizeof(double));
  constexpr std::uint64_t kWord = 64;
  constexpr std::uint64_t kFolder = 1024;
  for (const OutputFormat format : formats) {
    if (format == OutputFormat::kStatistics) {
      const std::uint64_t sums =
          times(times(matrix, static_cast<std::uint64_t>(blocks)),
                times(static_cast<std::uint64_t>(run.max_delay), run.states.size()));
      forecast.memory = plus(forecast.memory, sums);
      // A matrix to transpose, and the file where it is made in memory.
      forecast.memory_at_end = plus(forecast.memory_at_end, matrix);
      if (sums <= kMostInMemory) forecast.memory_at_end = plus(forecast.memory_at_end, sums);
    } else if (format != OutputFormat::kNull) {
      const std::uint64_t words = times(run.text.size(), sizeof(WordId));
      const std::uint64_t vocabulary =
          times(static_cast<std::uint64_t>(run.vocabulary->size()), kWord);
      const std::uint64_t copies = plus(plus(words, vocabulary), times(forecast.folders, kFolder));
      forecast.memory = plus(forecast.memory, plus(matrix, copies));
      // The positions of the blocks of a delay.
      if (format == OutputFormat::kHdf5) {
        forecast.memory_at_end = plus(forecast.memory_at_end, times(run.text.size(), 24));
      }
    }
  }
}

struct Disk {
  std::uint64_t block = 1;
  std::uint64_t bytes = 0;
  std::uint64_t files = kLargest;
};

Disk disk_of(const std::filesystem::path& directory) {
  struct statvfs status = {};
  if (::statvfs(nearest_existing(directory).c_str(), &status) != 0) {
    throw_file_error(directory, "ask for the free space", errno);
  }
  Disk disk;
  disk.block = std::max<std::uint64_t>(1, status.f_frsize);
  disk.bytes = times(status.f_bavail, disk.block);
  // Disks without a limit for the number of files say 0.
  if (status.f_files > 0) disk.files = status.f_favail;
  return disk;
}

std::string count_of_files(std::uint64_t files) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return fmt::format("{} file{}", format_count(static_cast<std::int64_t>(std::min(files, kMost))),
                     files == 1 ? "" : "s");
}

}  // namespace

OutputForecast forecast_output(const GradientRun& run, std::span<const OutputFormat> formats,
                               DType dtype, int blocks) {
  const auto has = [&](OutputFormat format) {
    return std::find(formats.begin(), formats.end(), format) != formats.end();
  };
  if (needs_windows(formats) || has(OutputFormat::kHdf5)) require_all_sources(run);
  OutputForecast forecast;
  if (needs_windows(formats)) {
    add_tree(forecast, run, has(OutputFormat::kNpy), has(OutputFormat::kNpz));
  }
  if (has(OutputFormat::kHdf5)) {
    add_files(forecast, 1, forecast_hdf5_bytes(run, dtype));
    forecast.upper_bound = true;
  }
  if (has(OutputFormat::kStatistics)) {
    add_files(forecast, 1, forecast_statistics_bytes(run, blocks));
    forecast.upper_bound = true;
  }
  add_memory(forecast, run, formats, blocks);
  return forecast;
}

std::string to_line(const OutputForecast& forecast, const std::filesystem::path& directory) {
  if (forecast.files == 0) return "will write nothing";
  return fmt::format("will write {}, {}{} to {}", count_of_files(forecast.files),
                     forecast.upper_bound ? "at most " : "", format_bytes(forecast.bytes),
                     directory.string());
}

void require_space(const OutputForecast& forecast, const std::filesystem::path& directory,
                   std::uint64_t reclaimed_bytes, std::uint64_t reclaimed_files) {
  if (forecast.files == 0) return;
  const Disk disk = disk_of(directory);
  std::uint64_t bytes =
      plus(times(forecast.folders, disk.block), round_up(forecast.scratch_bytes, disk.block));
  for (const auto& [size, count] : forecast.files_of_size) {
    bytes = plus(bytes, times(count, round_up(size, disk.block)));
  }
  const std::uint64_t files = plus(forecast.files, forecast.folders);
  constexpr const char* kAdvice =
      "free some, choose another folder, or write less: fewer time steps or delays, a shorter "
      "text, or the format statistics";
  if (bytes > plus(disk.bytes, reclaimed_bytes)) {
    throw ResourceError(fmt::format("{}: {} of disk are needed and {} are free: {}",
                                    directory.string(), format_bytes(bytes),
                                    format_bytes(plus(disk.bytes, reclaimed_bytes)), kAdvice));
  }
  if (files > plus(disk.files, reclaimed_files)) {
    throw ResourceError(fmt::format(
        "{}: {} and folders are needed and the disk has room for {} more: {}", directory.string(),
        count_of_files(files), count_of_files(plus(disk.files, reclaimed_files)), kAdvice));
  }
}

}  // namespace stategrad::sinks

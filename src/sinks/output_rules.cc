// SPDX-License-Identifier: MIT
#include "sinks/output_rules.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/atomic_file.h"
#include "base/writable_folder.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

namespace fs = std::filesystem;

/// The places of the tree; the name of an entry and the place it is in say what it must be.
enum class Place { kRoot, kState, kLayer, kTimeStep, kDelay, kFile, kUnknown };

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_numbered(std::string_view name, std::string_view prefix, std::string_view suffix) {
  return name.size() > prefix.size() + suffix.size() && name.starts_with(prefix) &&
         name.ends_with(suffix) &&
         is_number(name.substr(prefix.size(), name.size() - prefix.size() - suffix.size()));
}

Place place_of(Place parent, std::string_view name) {
  const bool above_steps = parent == Place::kRoot || parent == Place::kLayer;
  if (parent == Place::kState) {
    return is_numbered(name, "layer_", "") ? Place::kLayer : Place::kUnknown;
  }
  if (parent == Place::kDelay) {
    const std::string_view file = finished_name(name);
    const bool ours = is_numbered(file, "", ".npy") || file == "mapping.txt" || file == "all.npz";
    return ours ? Place::kFile : Place::kUnknown;
  }
  if ((above_steps || parent == Place::kTimeStep) && is_numbered(name, "delay_", "")) {
    return Place::kDelay;
  }
  if (above_steps && is_numbered(name, "timestep_", "")) return Place::kTimeStep;
  if (parent == Place::kRoot) {
    if (name == "cell" || name == "hidden") return Place::kState;
    const std::string_view file = finished_name(name);
    if (file == "gradients.h5" || file == "statistics.h5") return Place::kFile;
  }
  return Place::kUnknown;
}

/// What to do with the entries of a folder; folders come after their content.
struct Visitor {
  std::function<void(const fs::directory_entry&)> file;
  std::function<void(const fs::path&)> folder;
  std::function<void(const fs::path&)> other;
  /// An entry with one of our names that is not what the name says.
  std::function<void(const fs::path&, bool should_be_folder)> impostor;
};

fs::directory_iterator open_folder(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  if (error) throw_file_error(folder, "read the folder", error.value());
  return entries;
}

void walk(const fs::path& folder, Place place, const Visitor& visitor) {
  for (const fs::directory_entry& entry : open_folder(folder)) {
    const Place what = place_of(place, entry.path().filename().string());
    std::error_code error;
    const fs::file_status status = entry.symlink_status(error);
    const bool should_be_folder = what != Place::kFile;
    if (what == Place::kUnknown) {
      visitor.other(entry.path());
    } else if (!should_be_folder && fs::is_regular_file(status)) {
      visitor.file(entry);
    } else if (should_be_folder && fs::is_directory(status)) {
      walk(entry.path(), what, visitor);
      visitor.folder(entry.path());
    } else {
      visitor.impostor(entry.path(), should_be_folder);
    }
  }
}

}  // namespace

ExistingOutput check_output_folder(const fs::path& directory, bool overwrite) {
  require_writable_folder(directory, "to write state gradients to");
  ExistingOutput existing;
  existing.directory = directory;
  std::error_code error;
  if (!fs::exists(directory, error)) return existing;
  if (!overwrite) {
    if (open_folder(directory) != fs::directory_iterator()) {
      throw DataError(directory.string(), "",
                      "exists and is not empty: take another folder, or --overwrite to replace the "
                      "state gradients in it");
    }
    return existing;
  }
  Visitor count;
  count.file = [&](const fs::directory_entry& entry) {
    std::error_code ignored;
    const std::uintmax_t size = entry.file_size(ignored);
    ++existing.files;
    if (!ignored) existing.bytes += size;
  };
  count.folder = [](const fs::path&) {};
  count.other = [&](const fs::path&) { ++existing.others; };
  count.impostor = [](const fs::path& path, bool should_be_folder) {
    throw DataError(path.string(), "",
                    should_be_folder
                        ? "is no folder, but has the name of one for state gradients: move it away"
                        : "is no plain file, but has the name of one for state gradients: move it "
                          "away");
  };
  walk(directory, Place::kRoot, count);
  return existing;
}

void clear_output_folder(const ExistingOutput& existing) {
  if (existing.files == 0) return;
  const auto remove = [](const fs::path& path) {
    std::error_code error;
    fs::remove(path, error);
    if (error) throw_file_error(path, "remove", error.value());
  };
  Visitor clear;
  clear.file = [&](const fs::directory_entry& entry) { remove(entry.path()); };
  clear.folder = [&](const fs::path& path) {
    if (fs::is_empty(path)) remove(path);
  };
  clear.other = [](const fs::path&) {};
  clear.impostor = [](const fs::path&, bool) {};
  walk(existing.directory, Place::kRoot, clear);
}

}  // namespace stategrad::sinks

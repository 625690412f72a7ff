// SPDX-License-Identifier: MIT
//
// Many .npy files into one .npz, as the original's np2npz does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace stategrad::sinks {

struct PackOptions {
  bool overwrite = false;  ///< replace an all.npz that is there
  /// Called with the number of files packed so far and their total, at most once per file.
  std::function<void(std::uint64_t done, std::uint64_t total)> on_progress;
};

/// What pack() did.
struct PackSummary {
  std::uint64_t folders = 0;        ///< folders that got an all.npz
  std::uint64_t files = 0;          ///< .npy files packed
  std::uint64_t bytes_read = 0;     ///< their sizes
  std::uint64_t bytes_written = 0;  ///< sizes of the all.npz
  std::vector<std::string> notes;   ///< what was passed over, and why
};

/// Packs the files <number>.npy of a folder, in numeric order, into one compressed all.npz with a
/// single array arr_0 of shape (n, H, E); likewise in every folder delay_<d> below it, also inside
/// timestep_<t>, layer_<l>, cell and hidden. The .npy files stay. Files of other names are passed
/// over with a note. One matrix is in memory at a time; each all.npz appears whole or not at all.
///
/// @throws DataError if there is nothing to pack; if an all.npz is there and overwrite is false
///   (before anything is written); if files of a folder differ in shape or type, naming the odd
///   one; ResourceError if the disk is full
PackSummary pack(const std::filesystem::path& directory, const PackOptions& options);

}  // namespace stategrad::sinks

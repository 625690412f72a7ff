// SPDX-License-Identifier: MIT
//
// State gradients in folders, as the original's scripts expect them: the files of one delay and
// their mean.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/matrix.h"

namespace stategrad::analysis {

/// A folder delay_<d>: files <number>.npy, or one all.npz of all of them.
struct DelayFolder {
  std::filesystem::path path;
  /// Number and file, in numeric order; none if there is only all.npz.
  std::vector<std::pair<std::uint64_t, std::filesystem::path>> files;
  std::int64_t count = 0;  ///< matrices
};

/// The delays of which there are folders `timestep_*/delay_<d>` below a root, rising. A root that
/// has no folders timestep_* may have folders delay_<d> itself.
/// @throws DataError if there are none, or if the root cannot be read
[[nodiscard]] std::vector<int> delays_below(const std::filesystem::path& root);

/// The folders of one delay, by time step. A folder that has files and all.npz counts once: its
/// files are read.
/// @throws DataError if there is no folder of the delay, naming those that there are; if one holds
///   no matrices; if all.npz holds another number of matrices than there are files
[[nodiscard]] std::vector<DelayFolder> folders_of_delay(const std::filesystem::path& root,
                                                        int delay);

/// Which matrices to take, by the word at t-d.
using TakesWord = std::function<bool(std::string_view word)>;

/// For each matrix of a folder, in numeric order, whether its word is taken.
/// @throws DataError if mapping.txt is missing or has not a line for every matrix
[[nodiscard]] std::vector<bool> matrices_of_words(const DelayFolder& folder,
                                                  const TakesWord& takes);

/// What to take the mean of.
struct AverageOptions {
  TakesWord takes;  ///< none: all matrices
  /// Called after every matrix that was read or passed over.
  std::function<void()> on_matrix;
};

/// A mean state gradient.
struct Average {
  Matrix mean;             ///< [H, E]
  std::int64_t count = 0;  ///< matrices in it
};

/// The mean over the matrices of all folders of a delay, 1/n Σ G: summed in float64 in the order of
/// the folders and numbers, with one matrix in memory at a time.
/// @throws DataError naming the file: damaged, another shape than the first, not finite; if no
///   matrix is taken
[[nodiscard]] Average average(const std::vector<DelayFolder>& folders,
                              const AverageOptions& options);

/// The number in a name `<prefix><number>`; none for other names.
[[nodiscard]] std::optional<std::uint64_t> number_after(std::string_view prefix,
                                                        std::string_view name);

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
//
// The tree of folders of the original program, shared by the npy and npz sinks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

inline constexpr const char* kMappingFileName = "mapping.txt";
inline constexpr const char* kPackedFileName = "all.npz";

/// A folder of the tree: all windows of one state, time step and delay.
struct TreeFolder {
  int state_index = 0;
  int time_step = 0;
  int delay = 0;
  std::filesystem::path path;  ///< below the root
  std::int64_t written = 0;    ///< windows whose state gradient is there: 0..written-1
};

/// The folders of a run, in the order of state, time step and delay, and their mapping.txt.
///
///   delay_<d>                                        one state, one time step
///   timestep_<t>/delay_<d>                           one state
///   <state>/layer_<l>/[timestep_<t>/]delay_<d>       several states or layers
///
/// Copies what it needs of the run, so that it may outlive the pass.
class GradientTree {
 public:
  /// @throws UsageError if the run is not windowed, or of a part of the sources
  explicit GradientTree(const GradientRun& run);

  [[nodiscard]] std::vector<TreeFolder>& folders() { return folders_; }
  [[nodiscard]] const std::vector<TreeFolder>& folders() const { return folders_; }
  [[nodiscard]] TreeFolder& folder_of(const BlockKey& key);
  [[nodiscard]] std::int64_t num_windows() const { return num_windows_; }

  /// Folders of the tree, counting those in between.
  [[nodiscard]] std::uint64_t count_folders() const;

  /// Makes the folders of the tree, with the root and those above it.
  /// @throws DataError naming the folder that cannot be made
  void make_folders(const std::filesystem::path& root) const;

  /// Bytes of a complete mapping.txt.
  [[nodiscard]] std::uint64_t mapping_size(const TreeFolder& folder) const;

  /// Writes mapping.txt of a folder for its windows 0..folder.written-1: the lines
  /// `k<TAB>word at t-d<TAB>word(t-d)-…-word(t)-`. Atomic.
  void write_mapping(const std::filesystem::path& root, const TreeFolder& folder) const;

 private:
  [[nodiscard]] const std::string& word(std::int64_t position) const;
  void append_line(const TreeFolder& folder, std::int64_t window, std::string& out) const;

  std::vector<TreeFolder> folders_;
  std::vector<std::size_t> first_folder_;  ///< [T] of state 0 at that time step
  std::size_t folders_per_state_ = 0;
  int num_steps_ = 0;
  std::int64_t num_windows_ = 0;
  std::vector<std::string> words_;
  std::vector<WordId> text_;
};

/// A state gradient [H, R] in the precision of the trees' files.
/// @throws NumericalError naming window, time step and delay if a number of a float64 pass lies
///   beyond float32
void to_float32(const GradientBlock& block, std::span<float> out);

}  // namespace stategrad::sinks

// SPDX-License-Identifier: MIT
//
// The original program's files: one .npy per state gradient.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "sinks/gradient_tree.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

/// Writes the tree of gradient_tree.h: a file `<k>.npy`, float32 [H, R], for the state gradient of
/// each window k, and a mapping.txt for each folder.
///
/// Files appear whole, one by one. mapping.txt is written by finish(); when the pass ends earlier,
/// the destructor writes it for the windows whose files are there, if the disk lets it.
class NpySink : public GradientSink {
 public:
  /// @param directory root of the tree, made with its parents by begin()
  explicit NpySink(std::filesystem::path directory);
  ~NpySink() override;
  NpySink(const NpySink&) = delete;
  NpySink& operator=(const NpySink&) = delete;

  /// @throws UsageError if the run is not windowed, DataError if a folder cannot be made
  void begin(const GradientRun& run) override;
  /// @throws DataError or ResourceError naming the file that cannot be written, NumericalError as
  ///   to_float32()
  void push(const GradientBlock& block) override;
  /// @throws DataError or ResourceError as push()
  void finish() override;

 private:
  void write_mappings() const;

  std::filesystem::path directory_;
  std::optional<GradientTree> tree_;  ///< while mapping.txt files are owed
  std::vector<float> matrix_;         ///< [H, R]
};

}  // namespace stategrad::sinks

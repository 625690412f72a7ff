// SPDX-License-Identifier: MIT
//
// The original program's files, packed: one all.npz per folder.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "io/npz.h"
#include "sinks/gradient_tree.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

/// Writes the tree of gradient_tree.h with one `all.npz` per folder, whose array arr_0, float32
/// [n, H, R], holds the state gradients of the windows 0..n-1, and a mapping.txt beside it.
///
/// State gradients are collected on the disk uncompressed and compressed by finish(), folder by
/// folder, each with its mapping.txt; a folder that finish() did not come to stays empty.
class NpzSink : public GradientSink {
 public:
  /// @param directory root of the tree, made with its parents by begin()
  explicit NpzSink(std::filesystem::path directory);

  /// @throws UsageError if the run is not windowed, DataError if a folder or file cannot be made
  void begin(const GradientRun& run) override;
  /// @throws DataError or ResourceError naming the file that cannot be written, NumericalError as
  ///   to_float32()
  void push(const GradientBlock& block) override;
  /// @throws DataError or ResourceError as push()
  void finish() override;

 private:
  std::filesystem::path directory_;
  std::optional<GradientTree> tree_;
  std::vector<std::unique_ptr<io::NpzWriter>> archives_;  ///< one per folder of the tree
  std::vector<float> matrix_;                             ///< [H, R]
};

}  // namespace stategrad::sinks

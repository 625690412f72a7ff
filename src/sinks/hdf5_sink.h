// SPDX-License-Identifier: MIT
//
// Every state gradient in one file that says what is in it: gradients.h5. Beside what
// run_description_h5.h tells (magic "stategrad gradients", version 1) it holds
//
//   /                    attribute layout: this table, in words
//   /vocabulary          [V] texts: the word of each id
//   /text                [N] int32: the ids of the words of the text
//
// and for every state and every delay d that occurs, in the group /<state>/layer_<l>/delay_<d> with
// the integer attributes layer and delay and the text attribute state,
//
//   gradients            [n, H, R] of the precision of the pass: entry [i, h, r] is the derivative
//                        of unit h of the state at position[i] along direction r of the embedding
//                        of the word d positions before
//   position             [n] int64: t, in /text
//   source               [n] int32: the id of the word at t - d
//   window, time_step    [n] int64, int32: where t is; of a windowed pass only
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "io/hdf5.h"
#include "sinks/run_description.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

inline constexpr const char* kGradientsFileName = "gradients.h5";

/// Writes every state gradient to gradients.h5, compressed, a chunk per matrix. The file appears
/// when the pass is finished; an interrupted pass leaves nothing. One matrix is in memory at a
/// time; the text is looked at again at the end.
class Hdf5Sink : public GradientSink {
 public:
  /// @param directory created with its parents when the pass begins
  /// @param provenance its dtype is that of the numbers in the file
  Hdf5Sink(std::filesystem::path directory, Provenance provenance);
  ~Hdf5Sink() override;

  /// @throws DataError if folder or file cannot be made, UsageError for a part of the sources
  void begin(const GradientRun& run) override;
  /// @throws ResourceError if the disk is full
  void push(const GradientBlock& block) override;
  /// @throws ResourceError or DataError if the file cannot be written
  void finish() override;

 private:
  /// The state gradients of one state and delay.
  struct Group {
    std::string path;
    std::int64_t count = 0;
  };

  void create_group(const StateOfLayer& state, int delay);
  template <class Real>
  void append(const std::string& path, const GradientBlock& block, std::vector<Real>& room);
  void write_indices(int delay);

  std::filesystem::path directory_;
  Provenance provenance_;
  GradientRun run_;
  std::unique_ptr<io::Hdf5Writer> out_;
  std::vector<std::vector<Group>> groups_;  ///< [state][delay]
  std::vector<float> floats_;               ///< room for a matrix [H, R]
  std::vector<double> doubles_;
};

/// Upper bound of the size of the gradients.h5 of a pass: everything uncompressed, and HDF5's
/// tables.
/// @param dtype precision of the pass
[[nodiscard]] std::uint64_t forecast_hdf5_bytes(const GradientRun& run, DType dtype);

}  // namespace stategrad::sinks

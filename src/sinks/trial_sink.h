// SPDX-License-Identifier: MIT
//
// What it takes to write state gradients, tried.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/buffer.h"
#include "base/scratch_folder.h"
#include "base/timing.h"
#include "io/hdf5.h"
#include "sinks/output_format.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

/// Takes the first blocks of a pass as the sinks of the formats do, sums and compression included,
/// but to memory, except for npy: most of its time goes into the making of files, so some are made
/// in a folder that is removed again. What it cannot know is how fast the disk is in the long run.
/// A word adds to the sums of one block of the text, so those of one block are kept here.
class TrialSink : public GradientSink {
 public:
  /// @param output folder of the pass: it need not exist, nor be there for formats without npy
  /// @param dtype precision of the pass
  /// @param seconds to spend on single blocks, about
  /// @throws DataError or ResourceError if npy is among the formats and nothing can be written
  /// there
  TrialSink(std::vector<OutputFormat> formats, const std::filesystem::path& output, DType dtype,
            double seconds, SecondsClock clock = steady_seconds);
  ~TrialSink() override;

  void begin(const GradientRun& run) override;
  [[nodiscard]] double* accumulator(const BlockKey& key) override;
  [[nodiscard]] bool wants(const BlockKey& key) const override;
  [[nodiscard]] bool takes_parts() const override { return true; }
  void push(const GradientBlock& block) override;
  void finish() override {}

  /// Spent in push() so far.
  [[nodiscard]] double seconds() const { return spent_; }
  /// Of a block that is written, in the mean; 0 when none is.
  [[nodiscard]] double seconds_per_block() const;
  /// That it takes to write the sums of a number of blocks of the text, from those that were added
  /// to last; 0 without sums.
  [[nodiscard]] double seconds_of_sums(int blocks) const;

 private:
  void write_npy(const GradientBlock& block);
  template <class Real>
  void append_hdf5(const GradientBlock& block);

  std::vector<OutputFormat> formats_;
  DType dtype_;
  double budget_;
  SecondsClock clock_;
  std::size_t numbers_ = 0;               ///< R H
  std::vector<Buffer<double>> sums_;      ///< per state [D, R, H]
  double* last_sum_ = nullptr;            ///< [R, H]
  std::vector<float> matrix_;             ///< [H, R]
  std::optional<ScratchFolder> scratch_;  ///< for npy
  std::unique_ptr<io::Hdf5Writer> hdf5_;
  double spent_ = 0;
  std::int64_t pushed_ = 0;
};

}  // namespace stategrad::sinks

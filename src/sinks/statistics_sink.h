// SPDX-License-Identifier: MIT
//
// State gradients summed up: statistics.h5.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "sinks/statistics_file.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

/// Sums all state gradients per state and delay, in float64, and writes statistics.h5 when the pass
/// is finished; an interrupted pass leaves nothing. The engine adds the matrices up while it
/// computes them, so that a word costs this sink a few additions. Memory: D R H float64 numbers per
/// state, and as much again while a file of up to some hundred megabytes is written.
class StatisticsSink : public GradientSink {
 public:
  /// @param directory created with its parents when the pass begins
  StatisticsSink(std::filesystem::path directory, Provenance provenance);

  /// @throws DataError if the folder cannot be made, ResourceError if the memory does not suffice
  void begin(const GradientRun& run) override;
  [[nodiscard]] double* accumulator(const BlockKey& key) override;
  [[nodiscard]] bool takes_parts() const override { return true; }
  void push(const GradientBlock& block) override;
  /// @throws ResourceError or DataError if the file cannot be written
  void finish() override;

 private:
  std::filesystem::path directory_;
  Provenance provenance_;
  std::size_t numbers_ = 0;  ///< R H
  Statistics statistics_;    ///< sums [D, R, H] until finish()
};

/// Upper bound of the size of the statistics.h5 of a pass: the numbers uncompressed, and HDF5's
/// tables.
[[nodiscard]] std::uint64_t forecast_statistics_bytes(const GradientRun& run);

}  // namespace stategrad::sinks

// SPDX-License-Identifier: MIT
//
// State gradients summed up: statistics.h5.
#pragma once

#include <cstdint>
#include <filesystem>

#include "sinks/statistics_file.h"
#include "sinks/statistics_sums.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

/// Sums all state gradients as StatisticsSums does and writes statistics.h5 when the pass is
/// finished; an interrupted pass leaves nothing. Memory: D K R H float64 numbers per state, and as
/// much again while a file of up to some hundred megabytes is written.
class StatisticsSink : public GradientSink {
 public:
  /// @param directory created with its parents when the pass begins
  /// @param blocks K, of the text
  StatisticsSink(std::filesystem::path directory, Provenance provenance,
                 int blocks = kDefaultBlocks);

  /// @throws DataError if the folder cannot be made, ResourceError if the memory does not suffice
  void begin(const GradientRun& run) override;
  [[nodiscard]] double* accumulator(const BlockKey& key) override { return sums_.accumulator(key); }
  [[nodiscard]] bool takes_parts() const override { return true; }
  [[nodiscard]] bool reads_values(const BlockKey& key) const override {
    return sums_.reads_values(key);
  }
  void push(const GradientBlock& block) override { sums_.push(block); }
  /// @throws ResourceError or DataError if the file cannot be written
  void finish() override;

 private:
  std::filesystem::path directory_;
  StatisticsSums sums_;
};

/// Upper bound of the size of the statistics.h5 of a pass: the numbers uncompressed, and HDF5's
/// tables.
[[nodiscard]] std::uint64_t forecast_statistics_bytes(const GradientRun& run,
                                                      int blocks = kDefaultBlocks);

}  // namespace stategrad::sinks

// SPDX-License-Identifier: MIT
//
// State gradients summed up in memory.
#pragma once

#include <cstdint>
#include <vector>

#include "sinks/statistics_file.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

/// Sums all state gradients per state, block of the text and delay, in float64. The engine adds the
/// matrices up while it computes them, so that a word costs a few additions.
///
/// Several passes over the same text, of different sources, may be added up: each calls begin().
/// Memory: D K R H float64 numbers per state.
class StatisticsSums : public GradientSink {
 public:
  /// @param blocks K, how many contiguous blocks the words of the text are cut into
  /// @throws UsageError if there is less than one block
  StatisticsSums(Provenance provenance, int blocks);

  /// @throws ResourceError if the memory does not suffice, UsageError if a further pass is not of
  ///   the text, states and sizes of the first
  void begin(const GradientRun& run) override;
  [[nodiscard]] double* accumulator(const BlockKey& key) override;
  [[nodiscard]] bool takes_parts() const override { return true; }
  [[nodiscard]] bool reads_values(const BlockKey& /*key*/) const override { return false; }
  void push(const GradientBlock& block) override;
  void finish() override {}

  /// The sums so far; their matrices are transposed, [D, K, R, H].
  [[nodiscard]] const Statistics& so_far() const { return statistics_; }
  /// The sums [D, K, H, R]; nothing is left here.
  [[nodiscard]] Statistics take();

 private:
  [[nodiscard]] std::size_t cell(const BlockKey& key) const;

  Provenance provenance_;
  Statistics statistics_;
  std::int64_t words_ = 0;   ///< read by a pass
  std::size_t numbers_ = 0;  ///< R H
  bool all_ = false;         ///< a pass was over all sources
  std::vector<std::int64_t> sources_;
};

}  // namespace stategrad::sinks

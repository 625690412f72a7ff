// SPDX-License-Identifier: MIT
//
// Which sources the recursion must carry at which step.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "stategrad/gradient_sink.h"

namespace stategrad::gradient {

/// The places of a position, and what is to be done there. Steps count from the start of the
/// window, or from the start of the text when there are no windows. A source is needed at a step as
/// long as a wanted step follows (or is that step) at which its delay is below D; the rest is
/// skipped, and so are sources that the run does not name.
class Schedule {
 public:
  /// @param run outlives the schedule
  explicit Schedule(const GradientRun& run);

  /// Words to read: all of the text, or all of its windows.
  [[nodiscard]] std::int64_t words() const { return words_; }
  /// Sources that may be needed at once: the size of the ring.
  [[nodiscard]] int slots() const { return slots_; }
  [[nodiscard]] std::int64_t window(std::int64_t position) const;
  [[nodiscard]] int step(std::int64_t position) const;
  /// Whether the blocks of this position are pushed.
  [[nodiscard]] bool wanted(std::int64_t position) const;
  /// The delays of the sources to carry over this position's word, rising; 0 is the word itself.
  void needed_delays(std::int64_t position, std::vector<int>& delays) const;
  /// How many words after this position's the source of a needed delay is still needed.
  [[nodiscard]] std::int64_t steps_left(std::int64_t position, int delay) const;
  /// Blocks of one state over the whole run.
  [[nodiscard]] std::int64_t blocks_per_state() const;

 private:
  /// The run's sources that have a delay below D at this position and stand in its window.
  [[nodiscard]] std::span<const std::int64_t> sources_at(std::int64_t position) const;
  [[nodiscard]] std::int64_t blocks_of(std::int64_t source) const;

  std::int64_t words_ = 0;
  int max_delay_ = 0;
  int slots_ = 0;
  int num_steps_ = 0;  ///< 0: no windows
  std::int64_t num_windows_ = 0;
  /// Per step of a window: the last wanted step that sees the source of this step, or -1.
  std::vector<int> needed_until_;
  std::vector<bool> wanted_;
  std::span<const std::int64_t> sources_;  ///< empty: all
};

}  // namespace stategrad::gradient

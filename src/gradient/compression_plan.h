// SPDX-License-Identifier: MIT
//
// When sources are compressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "gradient/schedule.h"
#include "gradient/source.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::gradient {

/// Delays, rising and below max_delay, before whose step a source may be compressed: 6, 8, 10, 12,
/// 14, 16, 19, 22 ..., each a fifth longer than the one before, by two at least, and none where
/// less than four steps follow.
[[nodiscard]] std::vector<int> compression_delays(int max_delay);

/// Decides which sources are compressed before a word, and how far a compression must go to pay.
///
/// The unit of cost is a row carried over a word. A compressed source of r rows costs r (1 + w) per
/// word, where w is what adding U [R, r] times its rows to the sums costs; a compression costs
/// about r² / H.
class CompressionPlan {
 public:
  /// @param slots of the ring
  CompressionPlan(const GradientRun& run, int slots);

  /// A compression before the current word.
  struct Choice {
    std::size_t stage = 0;
    std::size_t source = 0;  ///< into the sources given
    int most = 0;            ///< rows at most, for it to pay
  };

  /// @param sources by rising delay, those of the word at `position`
  /// @param out by rising delay
  void choose(std::span<const Source> sources, const Schedule& schedule, std::int64_t position,
              std::vector<Choice>& out);

  /// What came of a choice. Choices of one word may be reported by different threads.
  void report(const Choice& choice, bool compressed);

 private:
  struct Stage {
    int delay = 0;
    std::int64_t refusals = 0;     ///< in a row
    std::int64_t passed_over = 0;  ///< sources since it became rare to try
  };
  [[nodiscard]] int most_rows(int rank, std::int64_t steps) const;

  int rows_;
  int size_;
  double sum_cost_;  ///< w
  std::vector<Stage> stages_;
};

}  // namespace stategrad::gradient

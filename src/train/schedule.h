// SPDX-License-Identifier: MIT
//
// What changes from epoch to epoch: the learning rate, and whether to go on.
#pragma once

#include <span>

#include "stategrad/config.h"

namespace stategrad::train {

/// The learning rate of an epoch.
///
/// sgd: learning_rate * lr_decay^max(epoch + 1 - max_epoch, 0). adam and adagrad scale their own
/// steps, so their rate stays learning_rate.
/// @param epoch from 0
[[nodiscard]] double learning_rate(const Config& config, int epoch);

/// The counter of trainer = earlyStopping.
///
/// From epoch n on (n = early_stop, epochs from 0, so that n perplexities came before), each of the
/// last n validation perplexities that is not above the current one adds 1. The counter is never
/// reset; training stops when it reaches n.
class EarlyStopping {
 public:
  /// @throws UsageError if early_stop is below 1
  explicit EarlyStopping(int early_stop);

  /// Counts what the epoch after `earlier` adds.
  /// @param earlier validation perplexities of all epochs before, oldest first
  /// @returns whether to stop
  bool add(std::span<const double> earlier, double current);

  [[nodiscard]] int count() const { return count_; }
  /// Goes on from a saved count.
  void restore(int count) { count_ = count; }

 private:
  int early_stop_;
  int count_ = 0;
};

}  // namespace stategrad::train

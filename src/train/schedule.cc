// SPDX-License-Identifier: MIT
#include "train/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "stategrad/errors.h"

namespace stategrad::train {

double learning_rate(const Config& config, int epoch) {
  if (config.optimizer != Optimizer::kSgd) return config.learning_rate;
  const int decays = std::max(epoch + 1 - config.max_epoch, 0);
  return config.learning_rate * std::pow(config.lr_decay, decays);
}

EarlyStopping::EarlyStopping(int early_stop) : early_stop_(early_stop) {
  if (early_stop < 1) {
    throw UsageError(fmt::format(
        "early_stop is {}: it must be at least 1, the number of validation perplexities to compare "
        "with",
        early_stop));
  }
}

bool EarlyStopping::add(std::span<const double> earlier, double current) {
  const auto window = static_cast<std::size_t>(early_stop_);
  if (earlier.size() >= window) {
    const auto last = earlier.last(window);
    count_ += static_cast<int>(
        std::count_if(last.begin(), last.end(), [&](double value) { return value <= current; }));
  }
  return count_ >= early_stop_;
}

}  // namespace stategrad::train

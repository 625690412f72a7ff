// SPDX-License-Identifier: MIT
//
// What an epoch of training came to.
#pragma once

namespace stategrad::train {

struct EpochResult {
  int epoch = 0;  ///< from 1, as printed
  double learning_rate = 0;
  double train_perplexity = 0;
  double valid_perplexity = 0;
  double tokens_per_second = 0;  ///< of training alone
  double seconds = 0;            ///< training and validation
  bool best = false;             ///< lowest validation perplexity so far
};

}  // namespace stategrad::train

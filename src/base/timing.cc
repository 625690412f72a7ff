// SPDX-License-Identifier: MIT
#include "base/timing.h"

#include <chrono>

namespace stategrad {

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double mean_seconds(const std::function<void(std::int64_t)>& task, const TimingOptions& options) {
  const double end = options.clock() + options.seconds;
  task(0);
  const double start = options.clock();
  std::int64_t done = 0;
  double now = start;
  do {
    task(++done);
    now = options.clock();
  } while (now < end);
  return (now - start) / static_cast<double>(done);
}

}  // namespace stategrad

// SPDX-License-Identifier: MIT
//
// How long things take, for forecasts.
#pragma once

#include <cstdint>
#include <functional>

namespace stategrad {

/// Seconds since some moment, never falling; tests put numbers of their own in its place.
using SecondsClock = std::function<double()>;

/// The clock of the machine.
[[nodiscard]] double steady_seconds();

struct TimingOptions {
  double seconds = 1;  ///< to spend, about; a task is done twice at least
  SecondsClock clock = steady_seconds;
};

/// Does a task again and again until the time is spent, and returns the mean of its seconds. The
/// first time is left out: it finds cold caches and sleeping threads.
/// @param task given how often it was done before
[[nodiscard]] double mean_seconds(const std::function<void(std::int64_t)>& task,
                                  const TimingOptions& options);

}  // namespace stategrad

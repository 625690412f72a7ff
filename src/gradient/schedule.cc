// SPDX-License-Identifier: MIT
#include "gradient/schedule.h"

#include <algorithm>

namespace stategrad::gradient {

Schedule::Schedule(const GradientRun& run) : max_delay_(run.max_delay) {
  const auto length = static_cast<std::int64_t>(run.text.size());
  if (!run.windowed) {
    words_ = length;
    slots_ = static_cast<int>(std::min<std::int64_t>(max_delay_, length));
    return;
  }
  num_steps_ = run.num_steps;
  num_windows_ = run.num_windows;
  words_ = num_windows_ * num_steps_;
  slots_ = std::min(max_delay_, num_steps_);
  const auto steps = static_cast<std::size_t>(num_steps_);
  wanted_.assign(steps, false);
  needed_until_.assign(steps, -1);
  for (const int wanted : run.time_steps) {  // rising, so that the last one stays
    wanted_[static_cast<std::size_t>(wanted)] = true;
    for (int source = std::max(0, wanted - max_delay_ + 1); source <= wanted; ++source) {
      needed_until_[static_cast<std::size_t>(source)] = wanted;
    }
  }
}

std::int64_t Schedule::window(std::int64_t position) const {
  return num_steps_ == 0 ? 0 : position / num_steps_;
}

int Schedule::step(std::int64_t position) const {
  return num_steps_ == 0 ? 0 : static_cast<int>(position % num_steps_);
}

bool Schedule::wanted(std::int64_t position) const {
  return num_steps_ == 0 || wanted_[static_cast<std::size_t>(step(position))];
}

void Schedule::needed_delays(std::int64_t position, std::vector<int>& delays) const {
  delays.clear();
  const std::int64_t now = num_steps_ == 0 ? position : step(position);
  const auto count = static_cast<int>(std::min<std::int64_t>(max_delay_, now + 1));
  for (int delay = 0; delay < count; ++delay) {
    if (num_steps_ == 0 || needed_until_[static_cast<std::size_t>(now - delay)] >= now) {
      delays.push_back(delay);
    }
  }
}

std::int64_t Schedule::blocks_per_state() const {
  const std::int64_t d = max_delay_;
  if (num_steps_ == 0) {
    const std::int64_t rising = std::min(d, words_);
    return rising * (rising + 1) / 2 + (words_ - rising) * d;
  }
  std::int64_t blocks = 0;
  for (std::int64_t t = 0; t < num_steps_; ++t) {
    if (wanted_[static_cast<std::size_t>(t)]) blocks += std::min(d, t + 1);
  }
  return blocks * num_windows_;
}

}  // namespace stategrad::gradient

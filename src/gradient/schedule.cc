// SPDX-License-Identifier: MIT
#include "gradient/schedule.h"

#include <algorithm>

namespace stategrad::gradient {

Schedule::Schedule(const GradientRun& run) : max_delay_(run.max_delay), sources_(run.sources) {
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

std::span<const std::int64_t> Schedule::sources_at(std::int64_t position) const {
  const std::int64_t start = num_steps_ == 0 ? 0 : position - step(position);
  const std::int64_t oldest = std::max(start, position - max_delay_ + 1);
  const auto first = std::lower_bound(sources_.begin(), sources_.end(), oldest);
  return {first, std::upper_bound(first, sources_.end(), position)};
}

bool Schedule::wanted(std::int64_t position) const {
  if (num_steps_ != 0 && !wanted_[static_cast<std::size_t>(step(position))]) return false;
  return sources_.empty() || !sources_at(position).empty();
}

void Schedule::needed_delays(std::int64_t position, std::vector<int>& delays) const {
  delays.clear();
  const std::int64_t now = num_steps_ == 0 ? position : step(position);
  const auto add = [&](int delay) {
    if (num_steps_ == 0 || needed_until_[static_cast<std::size_t>(now - delay)] >= now) {
      delays.push_back(delay);
    }
  };
  if (!sources_.empty()) {
    const auto sources = sources_at(position);
    for (auto source = sources.rbegin(); source != sources.rend(); ++source) {
      add(static_cast<int>(position - *source));
    }
    return;
  }
  const auto count = static_cast<int>(std::min<std::int64_t>(max_delay_, now + 1));
  for (int delay = 0; delay < count; ++delay) add(delay);
}

std::int64_t Schedule::blocks_of(std::int64_t source) const {
  if (num_steps_ == 0) return std::min<std::int64_t>(max_delay_, words_ - source);
  const auto first = wanted_.begin() + step(source);
  const auto last =
      wanted_.begin() + std::min<std::int64_t>(num_steps_, std::int64_t{step(source)} + max_delay_);
  return std::count(first, last, true);
}

std::int64_t Schedule::steps_left(std::int64_t position, int delay) const {
  if (num_steps_ == 0) return std::min<std::int64_t>(max_delay_ - 1 - delay, words_ - 1 - position);
  return needed_until_[static_cast<std::size_t>(step(position) - delay)] - step(position);
}

std::int64_t Schedule::blocks_per_state() const {
  std::int64_t blocks = 0;
  for (const std::int64_t source : sources_) blocks += blocks_of(source);
  if (!sources_.empty()) return blocks;
  const std::int64_t d = max_delay_;
  if (num_steps_ == 0) {
    const std::int64_t rising = std::min(d, words_);
    return rising * (rising + 1) / 2 + (words_ - rising) * d;
  }
  for (std::int64_t t = 0; t < num_steps_; ++t) {
    if (wanted_[static_cast<std::size_t>(t)]) blocks += std::min(d, t + 1);
  }
  return blocks * num_windows_;
}

}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
#include "text/windows.h"

#include <fmt/format.h>

#include "stategrad/errors.h"

namespace stategrad::text {

Windows::Windows(std::span<const WordId> ids, int streams, int steps, const std::string& file)
    : ids_(ids), streams_(streams), steps_(steps) {
  if (streams < 1 || steps < 1) {
    throw UsageError(
        fmt::format("windows of {} streams and {} steps: give 1 or more", streams, steps));
  }
  row_length_ = static_cast<std::int64_t>(ids.size()) / streams;
  count_ = row_length_ / steps - 1;
  if (count_ < 1) {
    throw DataError(file, "",
                    fmt::format("{} words are less than one window: {} (batch_size) times {} "
                                "(2 x num_steps) are needed at least",
                                ids.size(), streams, 2 * std::int64_t{steps}));
  }
}

void Windows::inputs(std::int64_t k, std::span<WordId> out) const { copy(k * steps_, out); }

void Windows::targets(std::int64_t k, std::span<WordId> out) const { copy(k * steps_ + 1, out); }

void Windows::copy(std::int64_t first_column, std::span<WordId> out) const {
  for (std::int64_t t = 0; t < steps_; ++t) {
    for (std::int64_t b = 0; b < streams_; ++b) {
      out[static_cast<std::size_t>(t * streams_ + b)] =
          ids_[static_cast<std::size_t>(b * row_length_ + first_column + t)];
    }
  }
}

}  // namespace stategrad::text

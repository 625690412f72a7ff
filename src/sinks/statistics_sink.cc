// SPDX-License-Identifier: MIT
#include "sinks/statistics_sink.h"

#include <algorithm>

#include "base/atomic_file.h"
#include "io/hdf5.h"
#include "sinks/run_description_h5.h"

namespace stategrad::sinks {

StatisticsSink::StatisticsSink(std::filesystem::path directory, Provenance provenance, int blocks)
    : directory_(std::move(directory)), sums_(std::move(provenance), blocks) {}

void StatisticsSink::begin(const GradientRun& run) {
  make_folders(directory_);
  sums_.begin(run);
}

void StatisticsSink::finish() { write_statistics(directory_ / kStatisticsFileName, sums_.take()); }

std::uint64_t forecast_statistics_bytes(const GradientRun& run, int blocks) {
  constexpr std::uint64_t kTooMany = 1'000'000'000'000'000'000;  // no disk has it
  // As a floating-point number first: the product may exceed every integer.
  const double item = 8.0 * blocks * run.rows * run.architecture.size;
  if (item * run.max_delay * static_cast<double>(run.states.size()) >
      static_cast<double>(kTooMany)) {
    return kTooMany;
  }
  const auto delays = static_cast<std::uint64_t>(run.max_delay);
  const std::uint64_t state =
      io::hdf5_array_bound(delays, static_cast<std::uint64_t>(item)) +
      2 * io::hdf5_array_bound(delays, static_cast<std::uint64_t>(blocks) * sizeof(double));
  return head_bound(run) + run.states.size() * state;
}

}  // namespace stategrad::sinks

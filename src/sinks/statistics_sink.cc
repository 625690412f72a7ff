// SPDX-License-Identifier: MIT
#include "sinks/statistics_sink.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/memory.h"
#include "io/hdf5.h"
#include "sinks/run_description_h5.h"

namespace stategrad::sinks {
namespace {

/// A number of bytes that no disk and no memory has, in place of larger ones.
constexpr double kTooMany = 1e18;

std::uint64_t clamped(double bytes) {
  return static_cast<std::uint64_t>(std::min(bytes, kTooMany));
}

}  // namespace

StatisticsSink::StatisticsSink(std::filesystem::path directory, Provenance provenance)
    : directory_(std::move(directory)), provenance_(std::move(provenance)) {}

void StatisticsSink::begin(const GradientRun& run) {
  make_folders(directory_);
  const double bytes = 8.0 * static_cast<double>(run.states.size()) * run.max_delay * run.rows *
                       run.architecture.size;
  require_memory(clamped(bytes),
                 fmt::format("the sums of state gradients with D = {} delays, R = {} rows, H = {} "
                             "units and {} state{}",
                             run.max_delay, run.rows, run.architecture.size, run.states.size(),
                             run.states.size() == 1 ? "" : "s"));
  numbers_ = static_cast<std::size_t>(run.rows) * static_cast<std::size_t>(run.architecture.size);
  const auto delays = static_cast<std::size_t>(run.max_delay);
  statistics_ = {};
  statistics_.run = describe_run(run, provenance_);
  for (const StateOfLayer& state : run.states) {
    statistics_.states.push_back({state, std::vector<std::int64_t>(delays),
                                  std::vector<double>(delays), Buffer<double>(delays * numbers_)});
  }
}

double* StatisticsSink::accumulator(const BlockKey& key) {
  StateStatistics& state = statistics_.states[static_cast<std::size_t>(key.state_index)];
  return state.sum.data() + static_cast<std::size_t>(key.delay) * numbers_;
}

void StatisticsSink::push(const GradientBlock& block) {
  StateStatistics& state = statistics_.states[static_cast<std::size_t>(block.key.state_index)];
  const auto delay = static_cast<std::size_t>(block.key.delay);
  if (block.first_row == 0) ++state.count[delay];  // Later parts belong to the same block.
  state.squared_norm[delay] += block.squared_norm;
}

void StatisticsSink::finish() {
  const int rows = statistics_.run.rows;
  const int size = statistics_.run.architecture.size;
  std::vector<double> transposed(numbers_);
  for (StateStatistics& state : statistics_.states) {
    for (std::size_t delay = 0; delay < state.count.size(); ++delay) {
      double* sum = state.sum.data() + delay * numbers_;
      const GradientBlock block{.key = {}, .rows = rows, .size = size, .values = sum};
      block.transpose_to(std::span<double>(transposed));
      std::copy(transposed.begin(), transposed.end(), sum);
    }
  }
  write_statistics(directory_ / kStatisticsFileName, statistics_);
}

std::uint64_t forecast_statistics_bytes(const GradientRun& run) {
  const double item = 8.0 * run.rows * run.architecture.size;
  if (item * run.max_delay * static_cast<double>(run.states.size()) > kTooMany) {
    return clamped(kTooMany);
  }
  const auto delays = static_cast<std::uint64_t>(run.max_delay);
  const std::uint64_t state = io::hdf5_array_bound(delays, clamped(item)) +
                              2 * io::hdf5_array_bound(delays, sizeof(double));
  return head_bound(run) + run.states.size() * state;
}

}  // namespace stategrad::sinks

// SPDX-License-Identifier: MIT
#include "sinks/statistics_sums.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/memory.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {

StatisticsSums::StatisticsSums(Provenance provenance, int blocks)
    : provenance_(std::move(provenance)) {
  if (blocks < 1) throw UsageError(fmt::format("{} blocks of the text: give at least 1", blocks));
  statistics_.blocks = blocks;
}

void StatisticsSums::begin(const GradientRun& run) {
  RunDescription description = describe_run(run, provenance_);
  all_ = all_ || run.sources.empty();
  sources_.insert(sources_.end(), run.sources.begin(), run.sources.end());
  if (!statistics_.states.empty()) {
    const RunDescription& first = statistics_.run;
    if (first.text_fingerprint != description.text_fingerprint ||
        first.states != description.states || first.max_delay != description.max_delay ||
        first.rows != description.rows || first.windowed != description.windowed ||
        first.num_steps != description.num_steps || first.time_steps != description.time_steps) {
      throw UsageError(
          "sums of state gradients add up for passes over the same text only, with "
          "the same states, delays, directions and windows");
    }
    return;
  }
  const double bytes = 8.0 * static_cast<double>(run.states.size()) * statistics_.blocks *
                       run.max_delay * run.rows * run.architecture.size;
  constexpr double kTooMany = 1e18;  // no memory has it
  require_memory(
      static_cast<std::uintmax_t>(std::min(bytes, kTooMany)),
      fmt::format("the sums of state gradients with {} block{} of the text, D = {} delays, R = {} "
                  "rows, H = {} units and {} state{} (fewer blocks need less)",
                  statistics_.blocks, statistics_.blocks == 1 ? "" : "s", run.max_delay, run.rows,
                  run.architecture.size, run.states.size(), run.states.size() == 1 ? "" : "s"));
  words_ = words_read(description);
  numbers_ = static_cast<std::size_t>(run.rows) * static_cast<std::size_t>(run.architecture.size);
  const auto cells =
      static_cast<std::size_t>(statistics_.blocks) * static_cast<std::size_t>(run.max_delay);
  statistics_.run = std::move(description);
  for (const StateOfLayer& state : run.states) {
    statistics_.states.push_back({state, std::vector<std::int64_t>(cells),
                                  std::vector<double>(cells), Buffer<double>(cells * numbers_)});
  }
}

/// Index of [delay, block].
std::size_t StatisticsSums::cell(const BlockKey& key) const {
  const int block = block_of(key.position - key.delay, words_, statistics_.blocks);
  return static_cast<std::size_t>(key.delay) * static_cast<std::size_t>(statistics_.blocks) +
         static_cast<std::size_t>(block);
}

double* StatisticsSums::accumulator(const BlockKey& key) {
  StateStatistics& state = statistics_.states[static_cast<std::size_t>(key.state_index)];
  return state.sum.data() + cell(key) * numbers_;
}

void StatisticsSums::push(const GradientBlock& block) {
  StateStatistics& state = statistics_.states[static_cast<std::size_t>(block.key.state_index)];
  const std::size_t at = cell(block.key);
  if (block.first_row == 0) ++state.count[at];  // Later parts belong to the same block.
  state.squared_norm[at] += block.squared_norm;
}

Statistics StatisticsSums::take() {
  const int rows = statistics_.run.rows;
  const int size = statistics_.run.architecture.size;
  std::vector<double> transposed(numbers_);
  for (StateStatistics& state : statistics_.states) {
    for (std::size_t i = 0; i < state.count.size(); ++i) {
      double* sum = state.sum.data() + i * numbers_;
      const GradientBlock block{.key = {}, .rows = rows, .size = size, .values = sum};
      block.transpose_to(std::span<double>(transposed));
      std::copy(transposed.begin(), transposed.end(), sum);
    }
  }
  std::sort(sources_.begin(), sources_.end());
  const bool all = all_ || static_cast<std::int64_t>(sources_.size()) == words_;
  statistics_.run.sources = all ? std::vector<std::int64_t>() : std::move(sources_);
  return std::move(statistics_);
}

}  // namespace stategrad::sinks

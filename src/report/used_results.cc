// SPDX-License-Identifier: MIT
#include "report/used_results.h"

#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "sinks/used_sums.h"

namespace stategrad::report {
namespace {

double norm_of(const std::vector<double>& values) {
  double squared = 0;
  for (const double value : values) squared += value * value;
  return std::sqrt(squared);
}

/// |ū| with its error, and what blocks as scattered as these would give if the true mean was 0.
void norm_of_mean(std::span<const std::int64_t> counts, std::span<const double> sums,
                  UsedDelay& out) {
  const std::size_t rows = sums.size() / counts.size();
  const auto n = static_cast<double>(out.count);
  std::vector<double> total(rows);
  for (std::size_t i = 0; i < sums.size(); ++i) total[i % rows] += sums[i];
  std::vector<double> without(counts.size());
  std::vector<double> sizes(counts.begin(), counts.end());
  double scatter = 0;
  std::vector<double> rest(rows);
  for (std::size_t b = 0; b < counts.size(); ++b) {
    for (std::size_t r = 0; r < rows; ++r) {
      const double of_block = sums[b * rows + r];
      rest[r] = (total[r] - of_block) / (n - sizes[b]);
      const double deviation = of_block - sizes[b] * total[r] / n;
      scatter += deviation * deviation;
    }
    without[b] = norm_of(rest);
  }
  out.norm_of_mean = analysis::jackknife(norm_of(total) / n, without, sizes);
  const double blocks = out.blocks;
  out.noise = out.blocks < 2 ? std::numeric_limits<double>::infinity()
                             : std::sqrt(scatter * blocks / (blocks - 1)) / n;
}

/// @param sums of one class, S = 1
UsedResult result_of(const std::string& name, const std::string& group,
                     const sinks::UsedSums& sums) {
  UsedResult result{name, group, {}};
  const auto blocks = static_cast<std::size_t>(sums.shape.blocks);
  const auto rows = static_cast<std::size_t>(sums.shape.rows);
  for (int delay = 0; delay < sums.shape.delays; ++delay) {
    const std::size_t first = sums.cell(0, delay, 0);
    const auto counts = std::span(sums.count).subspan(first, blocks);
    UsedDelay of_delay{.delay = delay};
    for (const std::int64_t count : counts) {
      of_delay.count += count;
      of_delay.blocks += count > 0 ? 1 : 0;
    }
    if (of_delay.count == 0) continue;
    const auto norms = std::span(sums.norm).subspan(first, blocks);
    of_delay.mean_norm = analysis::jackknife_mean(norms, counts);
    of_delay.mean_norm_without = analysis::means_without(norms, counts);
    of_delay.sizes.assign(counts.begin(), counts.end());
    norm_of_mean(counts, std::span(sums.sum).subspan(first * rows, blocks * rows), of_delay);
    result.delays.push_back(of_delay);
  }
  return result;
}

Json delay_json_of(const UsedDelay& delay) {
  Json norm_of_mean = estimate_json(delay.norm_of_mean, delay.blocks);
  norm_of_mean["noise"] = number_json(delay.noise);
  return {{"delay", delay.delay},
          {"count", delay.count},
          {"mean_norm", estimate_json(delay.mean_norm, delay.blocks)},
          {"norm_of_mean", std::move(norm_of_mean)}};
}

void add_rows(const UsedResult& result, const UsedDelay& delay, io::Table& table) {
  const auto add = [&](const char* measure, const analysis::Estimate& estimate,
                       const std::optional<double>& noise) {
    std::vector<io::Cell> row = {result.name, result.group, std::int64_t{delay.delay}, delay.count,
                                 std::string(measure)};
    append_estimate(estimate, delay.blocks, row);
    row.push_back(cell_of(noise));
    table.add(std::move(row));
  };
  add("mean_norm", delay.mean_norm, std::nullopt);
  add("norm_of_mean", delay.norm_of_mean, delay.noise);
}

}  // namespace

std::vector<UsedResult> evaluate_used(const sinks::ClassStatisticsReader& reader) {
  const sinks::ClassStatistics& head = reader.head();
  if (!head.used) return {};
  const sinks::UsedSums sums = reader.read_used();
  std::vector<UsedResult> results = {result_of("all", "all", sinks::total_sums(sums))};
  for (std::size_t c = 0; c < head.classes.names.size(); ++c) {
    results.push_back(result_of(head.classes.names[c], head.classes.groups[c],
                                sinks::class_sums(sums, head.classes, static_cast<int>(c))));
  }
  return results;
}

ResultPart used_part(const std::vector<UsedResult>& results) {
  if (results.empty()) return {"used", nullptr, {{"used.csv", std::nullopt}}};
  io::Table table(
      {"class", "group", "delay", "count", "measure", "estimate", "low", "high", "error", "noise"});
  Json array = Json::array();
  for (const UsedResult& result : results) {
    Json delays = Json::array();
    for (const UsedDelay& delay : result.delays) {
      delays.push_back(delay_json_of(delay));
      add_rows(result, delay, table);
    }
    array.push_back({{"class", result.name}, {"group", result.group}, {"delays", delays}});
  }
  return {"used", std::move(array), {{"used.csv", std::move(table)}}};
}

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "report/validity_results.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text_blocks.h"
#include "sinks/statistics_file.h"

namespace stategrad::report {
namespace {

/// Samples of one class with their blocks.
struct Members {
  std::vector<std::size_t> samples;
  std::vector<std::size_t> blocks;  ///< of each
};

Members members_of(const sinks::ClassStatistics& head, const std::vector<bool>& signatures) {
  Members members;
  const auto& validity = *head.validity;
  const std::int64_t words = sinks::words_read(head.run);
  for (std::size_t i = 0; i < validity.signatures.size(); ++i) {
    if (!signatures[static_cast<std::size_t>(validity.signatures[i])]) continue;
    members.samples.push_back(i);
    members.blocks.push_back(static_cast<std::size_t>(
        block_of(validity.sample.replacements[i].position, words, head.blocks)));
  }
  return members;
}

/// The mean of [P, D] values at one delay, without those that are no numbers.
/// @param counts [K] of the numbers
analysis::Estimate mean_of(const std::vector<double>& values, const Members& members, int delay,
                           std::size_t delays, const std::vector<std::int64_t>& counts) {
  std::vector<double> sums(counts.size());
  for (std::size_t m = 0; m < members.samples.size(); ++m) {
    const double value = values[members.samples[m] * delays + static_cast<std::size_t>(delay)];
    if (!std::isnan(value)) sums[members.blocks[m]] += value;
  }
  return analysis::jackknife_mean(sums, counts);
}

ValidityResult result_of(const sinks::ClassStatistics& head, std::size_t state,
                         const Members& members) {
  ValidityResult result{.state = head.run.states[state], .name = {}, .group = {}, .delays = {}};
  const sinks::ValidityValues& values = head.validity->states[state];
  const auto delays = static_cast<std::size_t>(head.run.max_delay);
  for (int delay = 0; delay < head.run.max_delay; ++delay) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(head.blocks));
    ValidityDelay of_delay{.delay = delay};
    for (std::size_t m = 0; m < members.samples.size(); ++m) {
      const std::size_t at = members.samples[m] * delays + static_cast<std::size_t>(delay);
      if (std::isnan(values.ratio[at])) {
        ++of_delay.too_small;
      } else {
        ++of_delay.count;
        ++counts[members.blocks[m]];
      }
    }
    if (of_delay.count == 0) continue;
    of_delay.blocks = static_cast<int>(
        std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; }));
    of_delay.relative_error = mean_of(values.error, members, delay, delays, counts);
    of_delay.cosine = mean_of(values.cosine, members, delay, delays, counts);
    of_delay.norm_ratio = mean_of(values.ratio, members, delay, delays, counts);
    result.delays.push_back(of_delay);
  }
  return result;
}

Json delay_json_of(const ValidityDelay& delay) {
  return {{"delay", delay.delay},
          {"count", delay.count},
          {"too_small", delay.too_small},
          {"relative_error", estimate_json(delay.relative_error, delay.blocks)},
          {"cosine", estimate_json(delay.cosine, delay.blocks)},
          {"norm_ratio", estimate_json(delay.norm_ratio, delay.blocks)}};
}

void add_rows(const ValidityResult& result, const ValidityDelay& delay, io::Table& table) {
  const auto add = [&](const char* measure, const analysis::Estimate& estimate) {
    std::vector<io::Cell> row = state_cells(result.state);
    row.insert(row.end(), {result.name, result.group, std::int64_t{delay.delay}, delay.count,
                           delay.too_small, std::string(measure)});
    append_estimate(estimate, delay.blocks, row);
    table.add(std::move(row));
  };
  add("relative_error", delay.relative_error);
  add("cosine", delay.cosine);
  add("norm_ratio", delay.norm_ratio);
}

}  // namespace

std::vector<ValidityResult> evaluate_validity(const sinks::ClassStatistics& head) {
  std::vector<ValidityResult> results;
  if (!head.validity) return results;
  const std::size_t signatures = head.classes.signatures.size();
  for (std::size_t state = 0; state < head.run.states.size(); ++state) {
    const auto add = [&](const std::string& name, const std::string& group,
                         const std::vector<bool>& members) {
      ValidityResult result = result_of(head, state, members_of(head, members));
      result.name = name;
      result.group = group;
      if (!result.delays.empty()) results.push_back(std::move(result));
    };
    add("all", "all", std::vector<bool>(signatures, true));
    for (std::size_t c = 0; c < head.classes.names.size(); ++c) {
      add(head.classes.names[c], head.classes.groups[c],
          sinks::members_of(head.classes, static_cast<int>(c)));
    }
  }
  return results;
}

ResultPart validity_part(const std::vector<ValidityResult>& results) {
  if (results.empty()) return {"validity", nullptr, {{"validity.csv", std::nullopt}}};
  io::Table table({"state", "layer", "class", "group", "delay", "count", "too_small", "measure",
                   "estimate", "low", "high", "error"});
  Json array = Json::array();
  for (const ValidityResult& result : results) {
    Json json = state_json(result.state);
    json["class"] = result.name;
    json["group"] = result.group;
    json["delays"] = Json::array();
    for (const ValidityDelay& delay : result.delays) {
      json["delays"].push_back(delay_json_of(delay));
      add_rows(result, delay, table);
    }
    array.push_back(std::move(json));
  }
  return {"validity", std::move(array), {{"validity.csv", std::move(table)}}};
}

}  // namespace stategrad::report

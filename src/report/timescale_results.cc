// SPDX-License-Identifier: MIT
#include "report/timescale_results.h"

#include <algorithm>
#include <array>
#include <utility>

namespace stategrad::report {
namespace {

/// Shares of the units of a layer that have a shorter timescale.
constexpr std::array<double, 5> kShares = {0.1, 0.25, 0.5, 0.75, 0.9};

Json layer_json(const LayerTimescales& layer) {
  Json units = Json::array();
  std::vector<double> timescales;
  for (std::size_t u = 0; u < layer.units.size(); ++u) {
    const analysis::UnitTimescale& unit = layer.units[u];
    units.push_back({{"unit", u},
                     {"mean_log", estimate_json(unit.mean_log, layer.blocks)},
                     {"timescale", estimate_json(unit.timescale, layer.blocks)}});
    timescales.push_back(unit.timescale.value);
  }
  Json quantiles = Json::array();
  for (const double share : kShares) {
    quantiles.push_back(
        {{"share", share}, {"timescale", number_json(analysis::quantile(timescales, share))}});
  }
  return {{"layer", layer.layer},
          {"gate", layer.gate},
          {"units", std::move(units)},
          {"quantiles", std::move(quantiles)}};
}

void add_rows(const LayerTimescales& layer, io::Table& table) {
  for (std::size_t u = 0; u < layer.units.size(); ++u) {
    const auto add = [&](const char* measure, const analysis::Estimate& estimate) {
      std::vector<io::Cell> row = {std::int64_t{layer.layer}, layer.gate,
                                   static_cast<std::int64_t>(u), std::string(measure)};
      append_estimate(estimate, layer.blocks, row);
      table.add(std::move(row));
    };
    add("mean_log", layer.units[u].mean_log);
    add("timescale", layer.units[u].timescale);
  }
}

}  // namespace

std::vector<LayerTimescales> evaluate_timescales(const sinks::ClassStatistics& head) {
  std::vector<LayerTimescales> results;
  if (!head.gates) return results;
  const auto& counts = head.gates->count;
  const auto blocks = static_cast<int>(
      std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; }));
  if (blocks == 0) return results;
  const bool is_lstm = head.run.architecture.cell == CellKind::kLstm;
  for (int layer = 0; layer < head.gates->layers; ++layer) {
    results.push_back({.layer = layer,
                       .gate = is_lstm ? "forget" : "update",
                       .blocks = blocks,
                       .units = analysis::unit_timescales(head.gates->of_layer(layer), counts)});
  }
  return results;
}

ResultPart timescales_part(const std::vector<LayerTimescales>& results) {
  if (results.empty()) return {"timescales", nullptr, {{"timescales.csv", std::nullopt}}};
  io::Table table({"layer", "gate", "unit", "measure", "estimate", "low", "high", "error"});
  Json array = Json::array();
  for (const LayerTimescales& layer : results) {
    array.push_back(layer_json(layer));
    add_rows(layer, table);
  }
  return {"timescales", std::move(array), {{"timescales.csv", std::move(table)}}};
}

}  // namespace stategrad::report

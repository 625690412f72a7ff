// SPDX-License-Identifier: MIT
#include "report/spectrum_results.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stategrad::report {
namespace {

using analysis::Estimate;

/// A measure of a delay, as a row of spectrum.csv and an entry of summary.json.
struct Measure {
  std::string name;
  Estimate estimate;
  std::optional<double> noise;
};

void add_spectrum(const std::string& kind, const analysis::MeanSpectrum& spectrum,
                  std::vector<Measure>& measures) {
  measures.push_back({kind + "_leading", spectrum.largest, spectrum.noise.largest});
  measures.push_back({kind + "_sum", spectrum.sum, spectrum.noise.sum});
  measures.push_back({kind + "_share", spectrum.share, spectrum.noise.share});
  measures.push_back(
      {kind + "_effective_rank", spectrum.effective_rank, spectrum.noise.effective_rank});
  // Noise alone gives 0 in the mean.
  measures.push_back({kind + "_leading_cross_validated", spectrum.cross, 0.0});
}

std::vector<Measure> measures_of(const DelayResult& result) {
  std::vector<Measure> measures;
  add_spectrum("raw", result.raw, measures);
  if (result.normalised) add_spectrum("normalised", *result.normalised, measures);
  measures.push_back({"mean_norm", result.mean_norm, std::nullopt});
  if (result.sampled > 0) {
    measures.push_back({"mean_leading", result.mean_leading, std::nullopt});
    measures.push_back({"kept_by_mean", result.kept_by_mean, std::nullopt});
  }
  return measures;
}

}  // namespace

Json delay_json(const DelayResult& result) {
  Json json = {{"delay", result.delay},
               {"count", result.count},
               {"blocks", result.raw.blocks},
               {"sampled", result.sampled}};
  for (const Measure& measure : measures_of(result)) {
    Json entry = estimate_json(measure.estimate, result.raw.blocks);
    if (measure.noise) entry["noise"] = number_json(*measure.noise);
    json[measure.name] = std::move(entry);
  }
  json["raw_singular_values"] = result.raw.values;
  if (result.normalised) json["normalised_singular_values"] = result.normalised->values;
  return json;
}

io::Table spectrum_table(const Results& results) {
  io::Table table({"state", "layer", "class", "group", "delay", "count", "measure", "estimate",
                   "low", "high", "error", "noise"});
  for (const StateResult& state : results.states) {
    for (const ClassResult& of_class : state.classes) {
      for (const DelayResult& delay : of_class.delays) {
        for (const Measure& measure : measures_of(delay)) {
          std::vector<io::Cell> row = state_cells(state.state);
          row.insert(row.end(), {of_class.name, of_class.group, std::int64_t{delay.delay},
                                 delay.count, measure.name});
          append_estimate(measure.estimate, delay.raw.blocks, row);
          row.push_back(cell_of(measure.noise));
          table.add(std::move(row));
        }
      }
    }
  }
  return table;
}

}  // namespace stategrad::report

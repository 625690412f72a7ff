// SPDX-License-Identifier: MIT
#include "report/memory_results.h"

#include <fmt/format.h>

#include <functional>
#include <span>
#include <string>
#include <utility>

namespace stategrad::report {

using analysis::Estimate;

namespace {

/// The chosen law at the delays that it was fitted to, from 0 on.
Json curve_json(const MemoryResult& memory) {
  Json curve = Json::array();
  for (const analysis::DecayFit& fit : memory.decay.fits) {
    if (fit.law != memory.decay.chosen) continue;
    std::vector<double> parameters;
    for (const Estimate& parameter : fit.parameters) parameters.push_back(parameter.value);
    for (int d = 0; d < memory.decay.points + memory.decay.left_out; ++d) {
      curve.push_back(number_json(analysis::decay_at(fit.law, parameters, d)));
    }
  }
  return curve;
}

std::optional<analysis::HalfLife> half_life_of(std::span<const DelayResult> delays) {
  std::vector<analysis::LeaveOneOut> values;
  for (const DelayResult& delay : delays)
    values.push_back({delay.raw.cross.value, delay.raw.cross_without, delay.raw.sizes});
  return analysis::half_life(values);
}

/// The cells of the columns law and parameters.
void append_law(const analysis::DecayFits& decay, std::vector<io::Cell>& row) {
  std::string law;
  std::string parameters;
  for (const analysis::DecayFit& fit : decay.fits) {
    if (fit.law != decay.chosen) continue;
    law = analysis::name_of(fit.law);
    const auto names = analysis::parameter_names(fit.law);
    for (std::size_t i = 0; i < names.size(); ++i) {
      parameters +=
          fmt::format("{}{}={:.6g}", i == 0 ? "" : " ", names[i], fit.parameters[i].value);
    }
  }
  row.insert(row.end(), {law, parameters});
}

/// The cells of the columns from measure on.
void append_memory(const MemoryResult& memory, std::vector<io::Cell>& row) {
  row.insert(row.end(),
             {memory.measure, std::int64_t{memory.horizon.from}, cell_of(memory.horizon.half),
              cell_of(memory.horizon.tenth), cell_of(memory.horizon.hundredth)});
  append_law(memory.decay, row);
  if (!memory.half_life) {
    row.insert(row.end(), 3, io::Cell{});
    return;
  }
  const analysis::HalfLife& half = *memory.half_life;
  const analysis::Interval interval = analysis::confidence_interval(half.estimate, half.blocks);
  row.insert(row.end(),
             {cell_of(interval.low), cell_of(interval.high), cell_of(half.estimate.error)});
}

}  // namespace

std::vector<MemoryResult> memory_of(const std::vector<DelayResult>& delays) {
  // Values at delays 0, 1, … without a gap.
  std::size_t number = 0;
  while (number < delays.size() && delays[number].delay == static_cast<int>(number)) ++number;
  std::vector<MemoryResult> results;
  if (number == 0) return results;
  const auto add = [&](const char* name, const std::function<Estimate(const DelayResult&)>& of) {
    std::vector<Estimate> estimates;
    std::vector<double> values;
    for (std::size_t d = 0; d < number; ++d) {
      estimates.push_back(of(delays[d]));
      values.push_back(estimates.back().value);
    }
    results.push_back({name, analysis::horizon(values), {}, analysis::fit_decay(estimates)});
  };
  add("raw_leading", [](const DelayResult& delay) { return delay.raw.largest; });
  add("raw_leading_cross_validated", [](const DelayResult& delay) { return delay.raw.cross; });
  results.back().half_life = half_life_of(std::span(delays).first(number));
  if (delays.front().normalised) {
    add("normalised_leading", [](const DelayResult& delay) { return delay.normalised->largest; });
  }
  add("mean_norm", [](const DelayResult& delay) { return delay.mean_norm; });
  return results;
}

Json memory_json(const MemoryResult& memory) {
  Json fits = Json::array();
  for (const analysis::DecayFit& fit : memory.decay.fits) {
    Json parameters = Json::object();
    const auto names = analysis::parameter_names(fit.law);
    for (std::size_t i = 0; i < names.size(); ++i) {
      parameters[std::string(names[i])] = {{"estimate", number_json(fit.parameters[i].value)},
                                           {"error", number_json(fit.parameters[i].error)}};
    }
    fits.push_back({{"law", std::string(analysis::name_of(fit.law))},
                    {"parameters", std::move(parameters)},
                    {"chi_squared", number_json(fit.chi_squared)},
                    {"degrees_of_freedom", fit.degrees_of_freedom},
                    {"aicc", number_json(fit.aicc)},
                    {"weight", number_json(fit.weight)}});
  }
  Json json = {{"measure", memory.measure},
               {"from", memory.horizon.from},
               {"half", number_json(memory.horizon.half)},
               {"tenth", number_json(memory.horizon.tenth)},
               {"hundredth", number_json(memory.horizon.hundredth)},
               {"fits", std::move(fits)}};
  json["law"] = memory.decay.chosen ? Json(std::string(analysis::name_of(*memory.decay.chosen)))
                                    : Json(nullptr);
  if (memory.decay.chosen) json["curve"] = curve_json(memory);
  if (memory.half_life) {
    json["half_life"] = estimate_json(memory.half_life->estimate, memory.half_life->blocks);
  }
  return json;
}

io::Table memory_table(const Results& results) {
  io::Table table({"state", "layer", "class", "group", "measure", "from", "half", "tenth",
                   "hundredth", "law", "parameters", "half_low", "half_high", "half_error"});
  for (const StateResult& state : results.states) {
    for (const ClassResult& of_class : state.classes) {
      for (const MemoryResult& memory : of_class.memory) {
        std::vector<io::Cell> row = state_cells(state.state);
        row.insert(row.end(), {of_class.name, of_class.group});
        append_memory(memory, row);
        table.add(std::move(row));
      }
    }
  }
  return table;
}

}  // namespace stategrad::report

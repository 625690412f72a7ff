// SPDX-License-Identifier: MIT
#include "report/write_results.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/atomic_file.h"
#include "stategrad/version.h"

namespace stategrad::report {
namespace {

using analysis::Estimate;
using nlohmann::ordered_json;

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

io::Cell finite(const std::optional<double>& value) {
  io::Cell cell;
  if (value && std::isfinite(*value)) cell = *value;
  return cell;
}

ordered_json number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

ordered_json to_json(const io::Cell& cell) {
  return std::visit(
      [](const auto& content) {
        if constexpr (std::is_same_v<std::decay_t<decltype(content)>, std::monostate>) {
          return ordered_json(nullptr);
        } else {
          return ordered_json(content);
        }
      },
      cell);
}

ordered_json entry_of(const Measure& measure, int blocks) {
  const analysis::Interval interval = analysis::confidence_interval(measure.estimate, blocks);
  ordered_json entry = {{"estimate", number(measure.estimate.value)},
                        {"error", number(measure.estimate.error)},
                        {"low", number(interval.low)},
                        {"high", number(interval.high)}};
  if (measure.noise) entry["noise"] = number(*measure.noise);
  return entry;
}

ordered_json optional_number(const std::optional<double>& value) {
  return value ? number(*value) : ordered_json(nullptr);
}

ordered_json memory_json(const MemoryResult& memory) {
  ordered_json fits = ordered_json::array();
  for (const analysis::DecayFit& fit : memory.decay.fits) {
    ordered_json parameters = ordered_json::object();
    const auto names = analysis::parameter_names(fit.law);
    for (std::size_t i = 0; i < names.size(); ++i) {
      parameters[std::string(names[i])] = {{"estimate", number(fit.parameters[i].value)},
                                           {"error", number(fit.parameters[i].error)}};
    }
    fits.push_back({{"law", std::string(analysis::name_of(fit.law))},
                    {"parameters", std::move(parameters)},
                    {"chi_squared", number(fit.chi_squared)},
                    {"degrees_of_freedom", fit.degrees_of_freedom},
                    {"aicc", number(fit.aicc)},
                    {"weight", number(fit.weight)}});
  }
  ordered_json json = {{"measure", memory.measure},
                       {"from", memory.horizon.from},
                       {"half", optional_number(memory.horizon.half)},
                       {"tenth", optional_number(memory.horizon.tenth)},
                       {"hundredth", optional_number(memory.horizon.hundredth)},
                       {"fits", std::move(fits)}};
  json["law"] = memory.decay.chosen
                    ? ordered_json(std::string(analysis::name_of(*memory.decay.chosen)))
                    : ordered_json(nullptr);
  return json;
}

ordered_json comparison_json(const ComparisonResult& comparison) {
  return {{"group", comparison.group},
          {"first", comparison.first},
          {"second", comparison.second},
          {"delay", comparison.delay},
          {"difference", number(comparison.difference.estimate.value)},
          {"error", number(comparison.difference.estimate.error)},
          {"low", number(comparison.difference.interval.low)},
          {"high", number(comparison.difference.interval.high)},
          {"p", number(comparison.difference.p)},
          {"corrected_p", number(comparison.corrected_p)}};
}

ordered_json delay_json(const DelayResult& result) {
  ordered_json json = {{"delay", result.delay},
                       {"count", result.count},
                       {"blocks", result.raw.blocks},
                       {"sampled", result.sampled}};
  for (const Measure& measure : measures_of(result)) {
    json[measure.name] = entry_of(measure, result.raw.blocks);
  }
  json["raw_singular_values"] = result.raw.values;
  if (result.normalised) json["normalised_singular_values"] = result.normalised->values;
  return json;
}

ordered_json summary(const Results& results, const sinks::ClassStatistics& head) {
  ordered_json run = ordered_json::object();
  for (const auto& fact : sinks::facts_of(head.run)) run[fact.first] = to_json(fact.second);
  ordered_json states = ordered_json::array();
  for (const StateResult& state : results.states) {
    ordered_json classes = ordered_json::array();
    for (const ClassResult& of_class : state.classes) {
      ordered_json delays = ordered_json::array();
      for (const DelayResult& delay : of_class.delays) delays.push_back(delay_json(delay));
      ordered_json memory = ordered_json::array();
      for (const MemoryResult& measure : of_class.memory) memory.push_back(memory_json(measure));
      classes.push_back({{"name", of_class.name},
                         {"group", of_class.group},
                         {"delays", std::move(delays)},
                         {"memory", std::move(memory)}});
    }
    ordered_json comparisons = ordered_json::array();
    for (const ComparisonResult& comparison : state.comparisons) {
      comparisons.push_back(comparison_json(comparison));
    }
    states.push_back({{"state", std::string(to_string(state.state.state))},
                      {"layer", state.state.layer},
                      {"classes", std::move(classes)},
                      {"comparisons", std::move(comparisons)}});
  }
  ordered_json whitening = {{"condition", number(results.condition)}};
  if (!results.whitening_failure.empty()) whitening["failure"] = results.whitening_failure;
  return {{"format", "stategrad results"},
          {"version", 1},
          {"program", STATEGRAD_VERSION},
          {"run", std::move(run)},
          {"blocks", head.blocks},
          {"sample", head.positions.size()},
          {"whitening", std::move(whitening)},
          {"states", std::move(states)}};
}

}  // namespace

io::Table spectrum_table(const Results& results) {
  io::Table table({"state", "layer", "class", "group", "delay", "count", "measure", "estimate",
                   "low", "high", "error", "noise"});
  for (const StateResult& state : results.states) {
    for (const ClassResult& of_class : state.classes) {
      for (const DelayResult& delay : of_class.delays) {
        for (const Measure& measure : measures_of(delay)) {
          const analysis::Interval interval =
              analysis::confidence_interval(measure.estimate, delay.raw.blocks);
          table.add({std::string(to_string(state.state.state)), std::int64_t{state.state.layer},
                     of_class.name, of_class.group, std::int64_t{delay.delay}, delay.count,
                     measure.name, finite(measure.estimate.value), finite(interval.low),
                     finite(interval.high), finite(measure.estimate.error), finite(measure.noise)});
        }
      }
    }
  }
  return table;
}

io::Table memory_table(const Results& results) {
  io::Table table({"state", "layer", "class", "group", "measure", "from", "half", "tenth",
                   "hundredth", "law", "parameters"});
  for (const StateResult& state : results.states) {
    for (const ClassResult& of_class : state.classes) {
      for (const MemoryResult& memory : of_class.memory) {
        std::string law;
        std::string parameters;
        for (const analysis::DecayFit& fit : memory.decay.fits) {
          if (fit.law != memory.decay.chosen) continue;
          law = analysis::name_of(fit.law);
          const auto names = analysis::parameter_names(fit.law);
          for (std::size_t i = 0; i < names.size(); ++i) {
            parameters +=
                fmt::format("{}{}={:.6g}", i == 0 ? "" : " ", names[i], fit.parameters[i].value);
          }
        }
        table.add({std::string(to_string(state.state.state)), std::int64_t{state.state.layer},
                   of_class.name, of_class.group, memory.measure, std::int64_t{memory.horizon.from},
                   finite(memory.horizon.half), finite(memory.horizon.tenth),
                   finite(memory.horizon.hundredth), law, parameters});
      }
    }
  }
  return table;
}

io::Table comparisons_table(const Results& results) {
  io::Table table({"state", "layer", "group", "first", "second", "delay", "difference", "low",
                   "high", "p", "corrected_p"});
  for (const StateResult& state : results.states) {
    for (const ComparisonResult& comparison : state.comparisons) {
      const analysis::Difference& difference = comparison.difference;
      table.add({std::string(to_string(state.state.state)), std::int64_t{state.state.layer},
                 comparison.group, comparison.first, comparison.second,
                 std::int64_t{comparison.delay}, finite(difference.estimate.value),
                 finite(difference.interval.low), finite(difference.interval.high),
                 finite(difference.p), finite(comparison.corrected_p)});
    }
  }
  return table;
}

io::Table words_table(const sinks::ClassStatistics& head) {
  std::vector<std::string> columns = {"state", "layer", "word", "count"};
  for (int d = 0; d < head.run.max_delay; ++d) columns.push_back(fmt::format("norm_{}", d));
  io::Table table(columns);
  const auto delays = static_cast<std::size_t>(head.run.max_delay);
  for (std::size_t state = 0; state < head.run.states.size(); ++state) {
    const sinks::WordSums& sums = head.word_sums[state];
    for (std::size_t w = 0; w < head.words.size(); ++w) {
      std::vector<io::Cell> row = {std::string(to_string(head.run.states[state].state)),
                                   std::int64_t{head.run.states[state].layer},
                                   head.vocabulary[static_cast<std::size_t>(head.words[w])],
                                   sums.count[w * delays]};
      for (std::size_t d = w * delays; d < (w + 1) * delays; ++d) {
        std::optional<double> mean;
        if (sums.count[d] > 0) mean = sums.norm[d] / static_cast<double>(sums.count[d]);
        row.push_back(finite(mean));
      }
      table.add(std::move(row));
    }
  }
  return table;
}

void write_results(const std::filesystem::path& directory, const Results& results,
                   const sinks::ClassStatistics& head) {
  write_file(directory / "spectrum.csv", spectrum_table(results).to_csv());
  write_file(directory / "memory.csv", memory_table(results).to_csv());
  write_file(directory / "comparisons.csv", comparisons_table(results).to_csv());
  write_file(directory / "words.csv", words_table(head).to_csv());
  write_file(
      directory / "summary.json",
      summary(results, head).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

}  // namespace stategrad::report

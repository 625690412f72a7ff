// SPDX-License-Identifier: MIT
#include "report/evaluate.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <span>

#include "analysis/memory.h"
#include "analysis/whitening.h"
#include "report/angle_results.h"
#include "report/comparison_results.h"
#include "report/key_delays.h"
#include "report/memory_results.h"
#include "report/timescale_results.h"
#include "report/used_results.h"
#include "report/validity_results.h"
#include "sinks/statistics_file.h"
#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

using analysis::BlockSum;
using analysis::Estimate;

/// σ₁ of single state gradients of a class at a delay.
Estimate mean_leading(const sinks::ClassStatistics& head, std::size_t state,
                      const std::vector<bool>& signatures, int delay, std::int64_t& sampled) {
  const auto delays = static_cast<std::size_t>(head.run.max_delay);
  double sum = 0;
  double squares = 0;
  sampled = 0;
  for (std::size_t i = 0; i < head.positions.size(); ++i) {
    const bool is_there = head.positions[i] + delay < sinks::words_read(head.run);
    if (!is_there || !signatures[static_cast<std::size_t>(head.position_signatures[i])]) continue;
    const double value = head.samples[state].leading[i * delays + static_cast<std::size_t>(delay)];
    sum += value;
    squares += value * value;
    ++sampled;
  }
  if (sampled == 0) return {};
  const auto n = static_cast<double>(sampled);
  const double mean = sum / n;
  if (sampled < 2) return {mean, std::numeric_limits<double>::infinity()};
  return {mean, std::sqrt(std::max(0.0, squares - n * mean * mean) / (n - 1) / n)};
}

/// a / b with the relative errors in quadrature.
Estimate quotient(const Estimate& a, const Estimate& b) {
  if (b.value == 0) return {};
  const double value = a.value / b.value;
  return {value, std::hypot(a.error / b.value, value * b.error / b.value)};
}

/// What whitening makes of the embeddings, and of difference vectors.
struct Whitened {
  std::optional<analysis::Whitening> whitening;
  std::vector<std::vector<double>> directions;  ///< v̂ of every difference
};

Whitened whiten(const sinks::ClassStatistics& head, const WhiteningChoice& choice,
                Results& results) {
  const Architecture& shape = head.run.architecture;
  const analysis::Matrix embedding{static_cast<int>(shape.vocab_size), shape.embedding_size,
                                   head.embedding};
  const analysis::WhiteningOptions options = whitening_options(choice, head);
  Whitened made;
  results.whitening = choice;
  try {
    made.whitening = analysis::whiten(embedding, options);
    results.condition =
        analysis::check_whitening(*made.whitening, embedding, options.weights).condition;
    results.shrinkage = made.whitening->lambda;
  } catch (const NumericalError& error) {
    results.whitening_failure = error.what();
    results.differences.clear();
  }
  for (const DifferenceVector& difference : results.differences) {
    try {
      made.directions.push_back(
          analysis::normalised_direction(made.whitening->inverse, difference.vector));
    } catch (const NumericalError& error) {
      throw NumericalError("--difference " + difference.name + ": " + error.what());
    }
  }
  return made;
}

/// One class of one state.
class ClassEvaluator {
 public:
  ClassEvaluator(const sinks::ClassStatistics& head, const Whitened& whitened, int subspace,
                 const EvaluateOptions& options)
      : head_(head), whitened_(whitened), subspace_(subspace), options_(options) {}

  /// @param signatures [S] which belong to the class
  /// @param differences to measure
  [[nodiscard]] std::vector<DelayResult> evaluate(const sinks::GradientSums& sums,
                                                  std::size_t state,
                                                  const std::vector<bool>& signatures,
                                                  const std::vector<std::size_t>& differences,
                                                  ThreadTeam& team) const {
    const auto blocks = static_cast<std::size_t>(head_.blocks);
    std::vector<DelayResult> results;
    for (int delay = 0; delay < head_.run.max_delay; ++delay) {
      const auto first = sums.count.begin() + static_cast<std::ptrdiff_t>(blocks) * delay;
      const std::int64_t count = std::accumulate(first, first + head_.blocks, std::int64_t{0});
      if (count == 0 || (options_.only_subspaces && !is_key_delay(delay))) continue;
      results.push_back({.delay = delay, .count = count});
    }
    std::atomic<std::size_t> next{0};
    team.run([&](ThreadTeam::Worker&) {
      for (std::size_t i = next++; i < results.size(); i = next++) {
        evaluate_delay(sums, state, signatures, differences, results[i]);
      }
    });
    return results;
  }

 private:
  void evaluate_delay(const sinks::GradientSums& sums, std::size_t state,
                      const std::vector<bool>& signatures,
                      const std::vector<std::size_t>& differences, DelayResult& result) const {
    const auto blocks = static_cast<std::size_t>(head_.blocks);
    const std::size_t numbers = sums.sum.size() / sums.count.size();
    const std::size_t first = blocks * static_cast<std::size_t>(result.delay);
    const int rows = head_.run.architecture.size;
    const int columns = head_.run.rows;
    std::vector<BlockSum> raw;
    for (std::size_t b = first; b < first + blocks; ++b) {
      raw.push_back({sums.count[b], {sums.sum.data() + b * numbers, numbers}});
    }
    if (!options_.only_subspaces) {
      result.raw = analysis::analyse_mean(raw, rows, columns, options_.spectrum);
    }
    if (whitened_.whitening) {
      std::vector<analysis::Matrix> products;
      for (BlockSum& block : raw) {
        products.push_back(analysis::multiply(
            {rows, columns, std::vector<double>(block.sum.begin(), block.sum.end())},
            whitened_.whitening->factor));
        block.sum = products.back().values;
      }
      if (!options_.only_subspaces) {
        result.normalised = analysis::analyse_mean(raw, rows, columns, options_.spectrum);
      }
      evaluate_directions(raw, differences, result);
    }
    if (options_.only_subspaces) return;
    result.mean_norm = analysis::jackknife_mean(std::span(sums.norm).subspan(first, blocks),
                                                std::span(sums.count).subspan(first, blocks));
    result.mean_leading = mean_leading(head_, state, signatures, result.delay, result.sampled);
    if (result.sampled > 0) {
      result.kept_by_mean = quotient(result.raw.largest, result.mean_leading);
    }
  }

  /// @param blocks of normalised sums
  void evaluate_directions(std::span<const BlockSum> blocks,
                           const std::vector<std::size_t>& differences, DelayResult& result) const {
    const bool keep = is_key_delay(result.delay);
    if (differences.empty() && !keep) return;
    analysis::BlockSubspaces subspaces =
        analysis::block_subspaces(blocks, head_.run.architecture.size, head_.run.rows, subspace_);
    for (const std::size_t i : differences) {
      result.directions.push_back(
          {i, analysis::measure_direction(blocks, subspaces, whitened_.directions[i])});
    }
    if (keep) result.subspaces = std::move(subspaces);
  }

  const sinks::ClassStatistics& head_;
  const Whitened& whitened_;
  int subspace_;
  const EvaluateOptions& options_;
};

}  // namespace

std::int64_t evaluations(const sinks::ClassStatistics& head) {
  return std::ssize(head.run.states) * (std::ssize(head.classes.names) + 1);
}

Results evaluate(const sinks::ClassStatisticsReader& reader, const EvaluateOptions& options,
                 ThreadTeam& team) {
  const sinks::ClassStatistics& head = reader.head();
  const Architecture& shape = head.run.architecture;
  Results results;
  if (!options.only_subspaces) {
    results.used = evaluate_used(reader);
    results.used_comparisons = compare_used(results.used);
    results.timescales = evaluate_timescales(head);
    results.validity = evaluate_validity(head);
  }
  results.subspace = subspace_size(options.choices, shape);
  results.differences =
      find_differences(options.choices.differences, head.classes.names, shape.embedding_size);
  complete_differences(reader, results.differences);
  const Whitened whitened = whiten(head, options.choices.whitening, results);
  const ClassEvaluator evaluator(head, whitened, results.subspace, options);
  const std::size_t signatures = head.classes.signatures.size();
  std::int64_t done = 0;
  for (std::size_t state = 0; state < head.run.states.size(); ++state) {
    StateResult result;
    result.state = head.run.states[state];
    const auto add = [&](const std::string& name, const std::string& group,
                         const sinks::GradientSums& sums, const std::vector<bool>& members) {
      ClassResult of_class{name, group, {}, {}};
      of_class.delays =
          evaluator.evaluate(sums, state, members, differences_of(results.differences, name), team);
      if (!options.only_subspaces) of_class.memory = memory_of(of_class.delays);
      result.classes.push_back(std::move(of_class));
      if (options.on_progress) options.on_progress(++done);
    };
    add("all", "all", reader.read_totals(state), std::vector<bool>(signatures, true));
    for (std::size_t c = 0; c < head.classes.names.size(); ++c) {
      add(head.classes.names[c], head.classes.groups[c],
          reader.read_class(state, static_cast<int>(c)),
          sinks::members_of(head.classes, static_cast<int>(c)));
    }
    if (!options.only_subspaces) {
      result.comparisons = compare(result.classes);
      result.half_life_comparisons = compare_half_lives(result.classes);
      result.angles = angles_of(result.classes, results.subspace);
    }
    results.states.push_back(std::move(result));
  }
  return results;
}

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
#include "analysis/probe_evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <set>

#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

/// What one fold comes to.
struct FoldResult {
  std::vector<double> scores;  ///< of each C, on the fold that chooses
  std::vector<int> tested;     ///< places of the vectors
  std::vector<int> found;      ///< their classes, as the probe says
  std::vector<int> control;    ///< and in the control task
};

/// Places whose fold satisfies a condition.
template <class Condition>
std::vector<int> places_where(const ProbeData& data, Condition holds) {
  std::vector<int> places;
  for (std::size_t i = 0; i < data.part.size(); ++i) {
    if (holds(fold_of(data.part[i], data.blocks))) places.push_back(static_cast<int>(i));
  }
  return places;
}

ProbeParameters parameters_of(double loss_weight) {
  return {.loss_weight = loss_weight, .balanced = false, .scheme = ProbeScheme::kMultinomial};
}

std::size_t first_best(const std::vector<double>& scores) {
  return static_cast<std::size_t>(
      std::distance(scores.begin(), std::max_element(scores.begin(), scores.end())));
}

class Folds {
 public:
  Folds(const ProbeData& data, const ProbeEvaluationOptions& options)
      : data_(data), options_(options) {}

  FoldResult run(int fold) {
    const int chooser = (fold + 1) % kProbeFolds;
    const LabelledVectors choosing =
        subset(data_.vectors, places_where(data_, [&](int f) { return f == chooser; }));
    FoldResult result;
    Probe probe;
    {
      const LabelledVectors training = subset(
          data_.vectors, places_where(data_, [&](int f) { return f != fold && f != chooser; }));
      for (const double C : options_.loss_weights) {
        probe = fit(training, C, probe);
        result.scores.push_back(accuracy(probe, choosing));
      }
    }
    const double C = options_.loss_weights[first_best(result.scores)];
    LabelledVectors others =
        subset(data_.vectors, places_where(data_, [&](int f) { return f != fold; }));
    result.tested = places_where(data_, [&](int f) { return f == fold; });
    const LabelledVectors testing = subset(data_.vectors, result.tested);
    result.found = fit(others, C, probe).predict(testing.x);
    others.y = control_of(places_where(data_, [&](int f) { return f != fold; }));
    result.control = fit(others, C, {}).predict(testing.x);
    return result;
  }

 private:
  Probe fit(const LabelledVectors& training, double C, const Probe& start) {
    Probe probe = fit_probe(training, parameters_of(C),
                            {options_.tolerance, start.classes.empty() ? nullptr : &start});
    const std::lock_guard lock(reporting_);
    if (options_.on_fit) options_.on_fit();
    return probe;
  }
  [[nodiscard]] std::vector<int> control_of(const std::vector<int>& places) const {
    std::vector<int> labels;
    for (const int place : places) {
      labels.push_back(data_.control[static_cast<std::size_t>(place)]);
    }
    return labels;
  }

  const ProbeData& data_;
  const ProbeEvaluationOptions& options_;
  std::mutex reporting_;
};

/// Vectors of mean 0 whose components have variance 1 in the mean: x' = (x - mean) / size. What is
/// least for x' with C is least for x with C / size², w = w' / size and b = b' - w·mean.
struct Scale {
  std::vector<double> mean;  ///< [E]
  double size = 1;

  explicit Scale(const LabelledVectors& vectors) : mean(static_cast<std::size_t>(vectors.size)) {
    const double n = vectors.count();
    for (std::size_t i = 0; i < vectors.x.size(); ++i) mean[i % mean.size()] += vectors.x[i] / n;
    double squares = 0;
    for (std::size_t i = 0; i < vectors.x.size(); ++i) {
      const double deviation = vectors.x[i] - mean[i % mean.size()];
      squares += deviation * deviation;
    }
    if (squares > 0) size = std::sqrt(squares / static_cast<double>(vectors.x.size()));
  }
  void apply(std::vector<double>& x) const {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = (x[i] - mean[i % mean.size()]) / size;
  }
  void undo(Probe& probe) const {
    for (std::size_t i = 0; i < probe.weights.size(); ++i) {
      probe.weights[i] /= size;
      probe.bias[i / mean.size()] -= probe.weights[i] * mean[i % mean.size()];
    }
  }
};

/// The means over all vectors, with errors from the sums of the blocks.
void add_estimates(const ProbeData& data, const std::vector<FoldResult>& folds,
                   ProbeEvaluation& evaluation) {
  const auto blocks = static_cast<std::size_t>(data.blocks);
  std::vector<std::int64_t> counts(blocks);
  std::vector<double> right(blocks);
  std::vector<double> control(blocks);
  std::vector<double> gain(blocks);
  evaluation.confusion.assign(static_cast<std::size_t>(data.classes),
                              std::vector<std::int64_t>(static_cast<std::size_t>(data.classes)));
  for (const FoldResult& fold : folds) {
    for (std::size_t i = 0; i < fold.tested.size(); ++i) {
      const auto place = static_cast<std::size_t>(fold.tested[i]);
      const auto block = static_cast<std::size_t>(data.part[place]);
      const int label = data.vectors.y[place];
      ++counts[block];
      right[block] += fold.found[i] == label ? 1 : 0;
      control[block] += fold.control[i] == data.control[place] ? 1 : 0;
      ++evaluation
            .confusion[static_cast<std::size_t>(label)][static_cast<std::size_t>(fold.found[i])];
    }
  }
  for (std::size_t b = 0; b < blocks; ++b) gain[b] = right[b] - control[b];
  evaluation.accuracy = jackknife_mean(right, counts);
  evaluation.control = jackknife_mean(control, counts);
  evaluation.selectivity = jackknife_mean(gain, counts);
}

double share_of_majority(const ProbeData& data) {
  std::vector<int> counts(static_cast<std::size_t>(data.classes));
  for (const int label : data.vectors.y) ++counts[static_cast<std::size_t>(label)];
  return static_cast<double>(*std::max_element(counts.begin(), counts.end())) /
         data.vectors.count();
}

}  // namespace

std::int64_t count_fits(const ProbeEvaluationOptions& options) {
  return kProbeFolds * (std::ssize(options.loss_weights) + 2) + 1;
}

std::string obstacle(std::span<const int> labels, std::span<const int> part, int blocks) {
  const std::set<int> classes(labels.begin(), labels.end());
  if (classes.size() < 2) {
    return fmt::format("{} of two classes that are needed", classes.size());
  }
  std::set<int> folds;
  for (const int block : part) folds.insert(fold_of(block, blocks));
  if (folds.size() < kProbeFolds) {
    return fmt::format("words of the classes in {} of the {} parts of the data only", folds.size(),
                       kProbeFolds);
  }
  return {};
}

ProbeEvaluation evaluate_probe(ThreadTeam& team, const ProbeData& data,
                               const ProbeEvaluationOptions& options) {
  if (data.blocks < kProbeFolds) {
    throw UsageError(fmt::format("{} blocks: a probe needs {}", data.blocks, kProbeFolds));
  }
  if (options.loss_weights.empty()) throw UsageError("a probe needs a C");
  if (const std::string why = obstacle(data.vectors.y, data.part, data.blocks); !why.empty()) {
    throw UsageError("nothing to probe: " + why);
  }
  const Scale scale(data.vectors);
  ProbeData scaled = data;
  scale.apply(scaled.vectors.x);
  Folds work(scaled, options);
  std::vector<FoldResult> folds(kProbeFolds);
  std::atomic<int> next{0};
  team.run([&](ThreadTeam::Worker&) {
    for (int f = next++; f < kProbeFolds; f = next++) {
      folds[static_cast<std::size_t>(f)] = work.run(f);
    }
  });
  ProbeEvaluation evaluation;
  evaluation.count = data.vectors.count();
  evaluation.majority = share_of_majority(data);
  add_estimates(data, folds, evaluation);
  std::vector<double> scores(options.loss_weights.size());
  for (const FoldResult& fold : folds) {
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] += fold.scores[i];
  }
  const double C = options.loss_weights[first_best(scores)];
  evaluation.loss_weight = C / (scale.size * scale.size);
  evaluation.probe = fit_probe(scaled.vectors, parameters_of(C), {options.final_tolerance});
  scale.undo(evaluation.probe);
  if (options.on_fit) options.on_fit();
  return evaluation;
}

}  // namespace stategrad::analysis

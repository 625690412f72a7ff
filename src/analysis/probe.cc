// SPDX-License-Identifier: MIT
#include "analysis/probe.h"

#include <fmt/format.h>
#include <lbfgs.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <set>

#include "kernels/gemm.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

/// Where the line search ends at the precision of the numbers, this is near enough.
constexpr double kNearEnough = 1e-5;
constexpr int kMostIterations = 5000;

/// Z [n, P] = X Wᵀ + b.
std::vector<double> scores(std::span<const double> x, int size, const double* weights,
                           std::span<const double> bias) {
  const auto classes = static_cast<std::int64_t>(bias.size());
  const std::int64_t n = static_cast<std::int64_t>(x.size()) / size;
  std::vector<double> z;
  z.reserve(static_cast<std::size_t>(n * classes));
  for (std::int64_t i = 0; i < n; ++i) z.insert(z.end(), bias.begin(), bias.end());
  kernels::gemm<double>(n, classes, size, 1, {x.data(), size, false}, {weights, size, true}, 1,
                        z.data(), classes);
  return z;
}

/// log(1 + exp(z))
double softplus(double z) { return z > 0 ? z + std::log1p(std::exp(-z)) : std::log1p(std::exp(z)); }

/// The objective over n, and its gradient.
class Objective {
 public:
  Objective(const LabelledVectors& data, const ProbeParameters& parameters,
            const std::vector<int>& classes)
      : data_(data), parameters_(parameters), num_classes_(classes.size()) {
    counts_.resize(num_classes_);
    for (const int label : data.y) {
      const auto found = std::lower_bound(classes.begin(), classes.end(), label);
      labels_.push_back(static_cast<std::size_t>(found - classes.begin()));
      counts_[labels_.back()] += 1;
    }
  }

  [[nodiscard]] std::size_t weights() const {
    return num_classes_ * static_cast<std::size_t>(data_.size);
  }
  [[nodiscard]] std::size_t parameters() const { return weights() + num_classes_; }

  /// @param at, gradient weights [P, E], then biases [P]
  double operator()(const double* at, double* gradient) const {
    const double n = data_.count();
    std::vector<double> z = scores(data_.x, data_.size, at, {at + weights(), num_classes_});
    double value = 0;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      double* row = z.data() + i * num_classes_;
      value += parameters_.scheme == ProbeScheme::kMultinomial ? multinomial(row, labels_[i])
                                                               : one_vs_rest(row, labels_[i]);
    }
    // From here on z is the derivative of the loss with respect to the scores.
    const double penalty = 1 / (parameters_.loss_weight * n);
    double squares = 0;
    for (std::size_t j = 0; j < weights(); ++j) {
      squares += at[j] * at[j];
      gradient[j] = penalty * at[j];
    }
    const auto P = static_cast<std::int64_t>(num_classes_);
    kernels::gemm<double>(P, data_.size, data_.count(), 1 / n, {z.data(), P, true},
                          {data_.x.data(), data_.size, false}, 1, gradient, data_.size);
    std::fill(gradient + weights(), gradient + parameters(), 0.0);
    for (std::size_t i = 0; i < z.size(); ++i) gradient[weights() + i % num_classes_] += z[i] / n;
    return value / n + penalty * squares / 2;
  }

 private:
  /// Each: the loss of an example, whose scores become its derivative.
  double multinomial(double* z, std::size_t label) const {
    const double weight = parameters_.balanced
                              ? data_.count() / (static_cast<double>(num_classes_) * counts_[label])
                              : 1;
    const double largest = *std::max_element(z, z + num_classes_);
    const double own = z[label];
    double sum = 0;
    for (std::size_t k = 0; k < num_classes_; ++k) sum += z[k] = std::exp(z[k] - largest);
    for (std::size_t k = 0; k < num_classes_; ++k) z[k] *= weight / sum;
    z[label] -= weight;
    return weight * (std::log(sum) + largest - own);
  }
  double one_vs_rest(double* z, std::size_t label) const {
    double loss = 0;
    for (std::size_t k = 0; k < num_classes_; ++k) {
      const double sign = k == label ? -1 : 1;
      const double members = k == label ? counts_[k] : data_.count() - counts_[k];
      const double weight = parameters_.balanced ? data_.count() / (2 * members) : 1;
      loss += weight * softplus(sign * z[k]);
      z[k] = weight * sign / (1 + std::exp(-sign * z[k]));
    }
    return loss;
  }

  const LabelledVectors& data_;
  const ProbeParameters& parameters_;
  std::size_t num_classes_;
  std::vector<std::size_t> labels_;
  std::vector<double> counts_;
};

double evaluate(void* objective, const double* at, double* gradient, int /*n*/, double /*step*/) {
  return (*static_cast<const Objective*>(objective))(at, gradient);
}

double norm(const double* values, std::size_t n) {
  double squares = 0;
  for (std::size_t i = 0; i < n; ++i) squares += values[i] * values[i];
  return std::sqrt(squares);
}

/// Minimises in place. Where the line search of Moré and Thuente finds no step, which happens far
/// from the minimum too, it goes on from there by plain backtracking and without memory of earlier
/// steps, as long as the value falls.
void minimise(Objective& objective, double* at, double tolerance) {
  lbfgs_parameter_t how;
  lbfgs_parameter_init(&how);
  how.epsilon = tolerance;
  how.max_iterations = kMostIterations;
  how.m = 10;
  const auto n = static_cast<int>(objective.parameters());
  std::vector<double> gradient(objective.parameters());
  for (double before = std::numeric_limits<double>::infinity();;) {
    const int code = lbfgs(n, at, nullptr, evaluate, nullptr, &objective, &how);
    if (code >= 0) return;
    const double value = objective(at, gradient.data());
    const double scale = std::max(1.0, norm(at, gradient.size()));
    if (norm(gradient.data(), gradient.size()) <= kNearEnough * scale) return;
    if (!(value < before)) {
      throw NumericalError(
          fmt::format("the probe's fit did not converge (libLBFGS code {}): are the "
                      "vectors of very unequal scale?",
                      code));
    }
    before = value;
    how.linesearch = LBFGS_LINESEARCH_BACKTRACKING_WOLFE;
  }
}

struct Free {
  void operator()(double* values) const { lbfgs_free(values); }
};

}  // namespace

LabelledVectors subset(const LabelledVectors& data, std::span<const int> places) {
  LabelledVectors part{data.size, {}, {}};
  part.x.reserve(places.size() * static_cast<std::size_t>(data.size));
  for (const int place : places) {
    const auto first = data.x.begin() + std::ptrdiff_t{place} * data.size;
    part.x.insert(part.x.end(), first, first + data.size);
    part.y.push_back(data.y[static_cast<std::size_t>(place)]);
  }
  return part;
}

std::vector<int> Probe::predict(std::span<const double> x) const {
  const std::vector<double> z = scores(x, size, weights.data(), bias);
  std::vector<int> predicted;
  for (auto row = z.begin(); row != z.end(); row += std::ptrdiff_t(classes.size())) {
    const auto best = std::max_element(row, row + std::ptrdiff_t(classes.size()));
    predicted.push_back(classes[static_cast<std::size_t>(best - row)]);
  }
  return predicted;
}

Probe fit_probe(const LabelledVectors& data, const ProbeParameters& parameters,
                const ProbeFit& options) {
  if (data.y.empty()) throw UsageError("a probe needs labelled vectors");
  if (!(parameters.loss_weight > 0)) {
    throw UsageError(fmt::format("C is {}: a number above 0 was expected", parameters.loss_weight));
  }
  const std::set<int> present(data.y.begin(), data.y.end());
  Probe probe{data.size, {present.begin(), present.end()}, {}, {}};
  Objective objective(data, parameters, probe.classes);
  probe.weights.resize(objective.weights());
  probe.bias.resize(probe.classes.size());
  if (probe.classes.size() < 2) return probe;
  const std::unique_ptr<double, Free> at(lbfgs_malloc(static_cast<int>(objective.parameters())));
  if (!at) throw std::bad_alloc();
  std::fill(at.get(), at.get() + objective.parameters(), 0.0);
  if (options.start != nullptr && options.start->classes == probe.classes) {
    std::copy(options.start->weights.begin(), options.start->weights.end(), at.get());
    std::copy(options.start->bias.begin(), options.start->bias.end(),
              at.get() + objective.weights());
  }
  minimise(objective, at.get(), options.tolerance);
  std::copy(at.get(), at.get() + objective.weights(), probe.weights.begin());
  std::copy(at.get() + objective.weights(), at.get() + objective.parameters(), probe.bias.begin());
  return probe;
}

double accuracy(const Probe& probe, const LabelledVectors& data) {
  if (data.y.empty()) return 0;
  const std::vector<int> predicted = probe.predict(data.x);
  int right = 0;
  for (std::size_t i = 0; i < predicted.size(); ++i) right += predicted[i] == data.y[i] ? 1 : 0;
  return static_cast<double>(right) / data.count();
}

}  // namespace stategrad::analysis

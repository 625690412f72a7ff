// SPDX-License-Identifier: MIT
#include "analysis/decay_fit.h"

#include <gsl/gsl_multifit_nlinear.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <new>

#include "analysis/gsl.h"

namespace stategrad::analysis {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kStarts = 3;
constexpr int kMaxSteps = 500;
constexpr double kTolerance = 1e-10;  // of parameters' logarithms and of the gradient
/// A step that lowers χ² by less than this share of it, or of 1, has arrived; so many in a row.
constexpr double kSmallStep = 1e-10;
constexpr int kSmallSteps = 5;

struct Problem {
  DecayLaw law;
  std::span<const DecayPoint> points;
};

/// a·g(d) with g and its derivatives by the logarithms of its own parameters.
struct Term {
  double value = 0;
  std::array<double, 2> slopes{};
};

Term exponential(double log_tau, double delay) {
  const double x = delay * std::exp(-log_tau);
  const double value = std::exp(-x);
  return {value, {x * value}};
}

/// d(e^(-x^β)) / d ln τ = β x^β e^(-x^β), / d ln β = -β ln x · x^β e^(-x^β), where x = d/τ.
Term term_of(DecayLaw law, std::span<const double> logs, double delay) {
  if (law == DecayLaw::kPower) {
    const double p = std::exp(logs[0]);
    const double value = std::pow(1 + delay, -p);
    return {value, {-p * std::log1p(delay) * value}};
  }
  if (law != DecayLaw::kStretched) return exponential(logs[0], delay);
  if (delay == 0) return {1, {}};
  const double beta = std::exp(logs[1]);
  const double log_x = std::log(delay) - logs[0];
  const double power = std::exp(beta * log_x);
  const double value = std::exp(-power);
  const double slope = std::isfinite(power) ? beta * power * value : 0;
  return {value, {slope, -log_x * slope}};
}

/// How many parameters each amplitude has beside it.
std::size_t shape_size(DecayLaw law) { return law == DecayLaw::kStretched ? 2 : 1; }

int residuals(const gsl_vector* logs, void* data, gsl_vector* result) {
  const auto& problem = *static_cast<const Problem*>(data);
  const std::span<const double> q(logs->data, logs->size);
  const std::size_t step = 1 + shape_size(problem.law);
  for (std::size_t i = 0; i < problem.points.size(); ++i) {
    const auto& [delay, value, error] = problem.points[i];
    double f = 0;
    for (std::size_t j = 0; j < q.size(); j += step) {
      f += std::exp(q[j]) * term_of(problem.law, q.subspan(j + 1), delay).value;
    }
    const double residual = (f - value) / error;
    if (!std::isfinite(residual)) return GSL_EBADFUNC;
    gsl_vector_set(result, i, residual);
  }
  return GSL_SUCCESS;
}

int derivatives(const gsl_vector* logs, void* data, gsl_matrix* result) {
  const auto& problem = *static_cast<const Problem*>(data);
  const std::span<const double> q(logs->data, logs->size);
  const std::size_t shape = shape_size(problem.law);
  for (std::size_t i = 0; i < problem.points.size(); ++i) {
    const auto& point = problem.points[i];
    for (std::size_t j = 0; j < q.size(); j += 1 + shape) {
      const Term term = term_of(problem.law, q.subspan(j + 1), point.delay);
      const double scale = std::exp(q[j]) / point.error;
      gsl_matrix_set(result, i, j, scale * term.value);
      for (std::size_t s = 0; s < shape; ++s) {
        gsl_matrix_set(result, i, j + 1 + s, scale * term.slopes.at(s));
      }
    }
  }
  return GSL_SUCCESS;
}

/// Logarithms of parameters, and their χ².
struct Start {
  double chi_squared = kInfinity;
  std::vector<double> logs;
};

/// The sums of products of terms and values, each over its error.
struct Products {
  double gg = 0, gh = 0, hh = 0, gv = 0, hv = 0, vv = 0;
};

/// The best amplitudes above 0 of one term, or of two.
Start with_amplitudes(const Problem& problem, std::span<const double> first,
                      std::span<const double> second) {
  Products sum;
  for (const auto& [delay, value, error] : problem.points) {
    const double g = term_of(problem.law, first, delay).value / error;
    const double h = second.empty() ? 0 : term_of(problem.law, second, delay).value / error;
    const double v = value / error;
    sum.gg += g * g, sum.gh += g * h, sum.hh += h * h;
    sum.gv += g * v, sum.hv += h * v, sum.vv += v * v;
  }
  double a = sum.gv / sum.gg;
  double b = 0;
  if (!second.empty()) {
    const double determinant = sum.gg * sum.hh - sum.gh * sum.gh;
    a = (sum.gv * sum.hh - sum.hv * sum.gh) / determinant;
    b = (sum.hv * sum.gg - sum.gv * sum.gh) / determinant;
    if (!(b > 0) || !std::isfinite(b)) return {};
  }
  if (!(a > 0) || !std::isfinite(a)) return {};
  std::vector<double> logs{std::log(a)};
  logs.insert(logs.end(), first.begin(), first.end());
  if (b > 0) {
    logs.push_back(std::log(b));
    logs.insert(logs.end(), second.begin(), second.end());
  }
  return {sum.vv - a * sum.gv - b * sum.hv, logs};
}

/// Logarithms of n numbers from low to high, evenly.
std::vector<double> grid(double low, double high, int n) {
  std::vector<double> logs;
  for (int i = 0; i < n; ++i) {
    logs.push_back(std::log(low) + (std::log(high) - std::log(low)) * i / (n - 1));
  }
  return logs;
}

std::vector<Start> starts_of(const Problem& problem) {
  const double last = 1 + problem.points.back().delay;
  const auto taus = grid(0.3, 10 * last, 24);
  std::vector<Start> starts;
  const auto add = [&](std::span<const double> first, std::span<const double> second = {}) {
    Start start = with_amplitudes(problem, first, second);
    if (!start.logs.empty()) starts.push_back(std::move(start));
  };
  if (problem.law == DecayLaw::kPower) {
    for (const double p : grid(0.01, 20, 24)) add(std::array{p});
  } else if (problem.law == DecayLaw::kExponential) {
    for (const double tau : taus) add(std::array{tau});
  } else if (problem.law == DecayLaw::kStretched) {
    for (const double beta : grid(0.2, 4, 9)) {
      for (const double tau : taus) add(std::array{tau, beta});
    }
  } else {
    for (std::size_t i = 0; i < taus.size(); ++i) {
      for (std::size_t j = i + 1; j < taus.size(); ++j)
        add(std::array{taus[i]}, std::array{taus[j]});
    }
  }
  std::stable_sort(starts.begin(), starts.end(),
                   [](const Start& a, const Start& b) { return a.chi_squared < b.chi_squared; });
  if (starts.size() > kStarts) starts.resize(kStarts);
  return starts;
}

/// If no two amplitudes above 0 are best at any point of the grid, the best law is near a single
/// exponential: start from two halves of it.
Start split_exponential(std::span<const DecayPoint> points) {
  const auto single = starts_of({DecayLaw::kExponential, points});
  if (single.empty()) return {};
  const double amplitude = single.front().logs[0] - std::log(2);
  const double tau = single.front().logs[1];
  return {single.front().chi_squared,
          {amplitude, tau - std::log(1.5), amplitude, tau + std::log(1.5)}};
}

/// GSL's solver of one law's problem.
class Solver {
 public:
  explicit Solver(Problem problem) : problem_(problem) {
    never_abort_in_gsl();
    gsl_multifit_nlinear_parameters settings = gsl_multifit_nlinear_default_parameters();
    settings.scale = gsl_multifit_nlinear_scale_levenberg;
    workspace_.reset(gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &settings,
                                                problem.points.size(),
                                                parameter_names(problem.law).size()));
    if (workspace_ == nullptr) throw std::bad_alloc();
    system_.f = residuals;
    system_.df = derivatives;
    system_.n = problem_.points.size();
    system_.p = parameter_names(problem.law).size();
    system_.params = &problem_;
  }
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  /// χ² of the minimum from a start; infinite if it was not found.
  double minimise(const Start& start) {
    const gsl_vector_const_view from = gsl_vector_const_view_array(start.logs.data(), system_.p);
    if (gsl_multifit_nlinear_init(&from.vector, &system_, workspace_.get()) != GSL_SUCCESS) {
      return kInfinity;
    }
    double before = chi_squared();
    int small = 0;
    for (int step = 0; step < kMaxSteps; ++step) {
      const int status = gsl_multifit_nlinear_iterate(workspace_.get());
      const double now = chi_squared();
      // No step lowers χ² any more: the minimum to rounding.
      if (status == GSL_ENOPROG) return now;
      if (status != GSL_SUCCESS || !std::isfinite(now)) return kInfinity;
      int reason = 0;
      if (gsl_multifit_nlinear_test(kTolerance, kTolerance, 0, &reason, workspace_.get()) ==
          GSL_SUCCESS) {
        return now;
      }
      small = before - now <= kSmallStep * std::max(1.0, now) ? small + 1 : 0;
      if (small == kSmallSteps) return now;
      before = now;
    }
    return kInfinity;
  }
  /// The parameters that minimise() found, with their errors.
  [[nodiscard]] std::vector<Estimate> parameters() const {
    const std::size_t p = system_.p;
    const std::unique_ptr<gsl_matrix, void (*)(gsl_matrix*)> covariance(gsl_matrix_alloc(p, p),
                                                                        gsl_matrix_free);
    if (covariance == nullptr) throw std::bad_alloc();
    gsl_multifit_nlinear_covar(gsl_multifit_nlinear_jac(workspace_.get()), kTolerance,
                               covariance.get());
    std::vector<Estimate> result;
    for (std::size_t i = 0; i < p; ++i) {
      const double value = std::exp(gsl_vector_get(workspace_->x, i));
      // GSL's sign of a direction that changes nothing.
      const double variance = gsl_matrix_get(covariance.get(), i, i);
      result.push_back({value, variance > 0 ? value * std::sqrt(variance) : kInfinity});
    }
    return result;
  }

 private:
  [[nodiscard]] double chi_squared() const {
    double sum = 0;
    for (std::size_t i = 0; i < system_.n; ++i) {
      const double residual = gsl_vector_get(workspace_->f, i);
      sum += residual * residual;
    }
    return sum;
  }

  Problem problem_;
  gsl_multifit_nlinear_fdf system_{};
  std::unique_ptr<gsl_multifit_nlinear_workspace, void (*)(gsl_multifit_nlinear_workspace*)>
      workspace_{nullptr, gsl_multifit_nlinear_free};
};

}  // namespace

std::optional<LawFit> fit_law(DecayLaw law, std::span<const DecayPoint> points) {
  const Problem problem{law, points};
  auto starts = starts_of(problem);
  if (law == DecayLaw::kTwoExponentials && starts.empty()) {
    starts.push_back(split_exponential(points));
    if (starts.front().logs.empty()) return {};
  }
  Solver solver(problem);
  LawFit best{{}, kInfinity};
  for (const Start& start : starts) {
    const double chi_squared = solver.minimise(start);
    if (chi_squared < best.chi_squared) best = {solver.parameters(), chi_squared};
  }
  if (best.parameters.empty()) return {};
  if (law == DecayLaw::kTwoExponentials && best.parameters[1].value > best.parameters[3].value) {
    std::rotate(best.parameters.begin(), best.parameters.begin() + 2, best.parameters.end());
  }
  return best;
}

}  // namespace stategrad::analysis

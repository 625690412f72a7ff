// SPDX-License-Identifier: MIT
#include "analysis/decay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "analysis/decay_fit.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

constexpr std::array kLaws = {DecayLaw::kExponential, DecayLaw::kPower, DecayLaw::kStretched,
                              DecayLaw::kTwoExponentials};

std::optional<double> falls_to(double share, std::span<const double> values) {
  const double goal = share * values.front();
  if (!(values.front() > 0) || !std::isfinite(values.front())) return {};
  for (std::size_t d = 1; d < values.size() && std::isfinite(values[d]); ++d) {
    if (values[d] > goal) continue;
    const double before = values[d - 1];
    const double part = values[d] > 0 ? std::log(before / goal) / std::log(before / values[d])
                                      : (before - goal) / (before - values[d]);
    return static_cast<double>(d - 1) + part;
  }
  return {};
}

int delay_of_largest(std::span<const double> values) {
  std::size_t best = 0;
  for (std::size_t d = 1; d < values.size(); ++d) {
    if (values[d] > values[best] || std::isnan(values[best])) best = d;
  }
  return static_cast<int>(best);
}

double corrected_criterion(double chi_squared, std::size_t points, std::size_t parameters) {
  const auto n = static_cast<double>(points);
  const auto k = static_cast<double>(parameters);
  return chi_squared + 2 * k + 2 * k * (k + 1) / (n - k - 1);
}

void weigh(std::vector<DecayFit>& fits, double lowest) {
  double sum = 0;
  for (DecayFit& fit : fits) sum += fit.weight = std::exp((lowest - fit.aicc) / 2);
  for (DecayFit& fit : fits) fit.weight /= sum;
}

DecayLaw choose(std::span<const DecayFit> fits, double lowest) {
  const DecayFit* best = nullptr;
  for (const DecayFit& fit : fits) {
    if (fit.aicc > lowest + kAiccTie) continue;
    const bool better = best == nullptr || fit.parameters.size() < best->parameters.size() ||
                        (fit.parameters.size() == best->parameters.size() && fit.aicc < best->aicc);
    if (better) best = &fit;
  }
  return best->law;
}

}  // namespace

Horizon horizon(std::span<const double> values, std::optional<int> from) {
  if (values.empty()) throw UsageError("a measure without delays has no horizon");
  const int start = from.value_or(delay_of_largest(values));
  if (start < 0 || static_cast<std::size_t>(start) >= values.size()) {
    throw UsageError(fmt::format("the start is delay {}: a delay from 0 to {} was expected", start,
                                 values.size() - 1));
  }
  const auto rest = values.subspan(static_cast<std::size_t>(start));
  return {start, falls_to(0.5, rest), falls_to(0.1, rest), falls_to(0.01, rest)};
}

std::string_view name_of(DecayLaw law) {
  switch (law) {
    case DecayLaw::kExponential:
      return "exponential";
    case DecayLaw::kPower:
      return "power";
    case DecayLaw::kStretched:
      return "stretched exponential";
    case DecayLaw::kTwoExponentials:
      break;
  }
  return "two exponentials";
}

std::span<const std::string_view> parameter_names(DecayLaw law) {
  static constexpr std::array<std::string_view, 3> kStretched = {"a", "tau", "beta"};
  static constexpr std::array<std::string_view, 2> kPower = {"a", "p"};
  static constexpr std::array<std::string_view, 4> kTwo = {"a1", "tau1", "a2", "tau2"};
  switch (law) {
    case DecayLaw::kExponential:
      return std::span(kStretched).first(2);
    case DecayLaw::kPower:
      return kPower;
    case DecayLaw::kStretched:
      return kStretched;
    case DecayLaw::kTwoExponentials:
      break;
  }
  return kTwo;
}

double decay_at(DecayLaw law, std::span<const double> parameters, double delay) {
  switch (law) {
    case DecayLaw::kExponential:
      return parameters[0] * std::exp(-delay / parameters[1]);
    case DecayLaw::kPower:
      return parameters[0] * std::pow(1 + delay, -parameters[1]);
    case DecayLaw::kStretched:
      return parameters[0] * std::exp(-std::pow(delay / parameters[1], parameters[2]));
    case DecayLaw::kTwoExponentials:
      break;
  }
  return parameters[0] * std::exp(-delay / parameters[1]) +
         parameters[2] * std::exp(-delay / parameters[3]);
}

DecayFits fit_decay(std::span<const Estimate> values) {
  std::vector<DecayPoint> points;
  for (std::size_t d = 0; d < values.size(); ++d) {
    const auto [value, error] = values[d];
    if (std::isfinite(value) && std::isfinite(error) && error > 0) {
      points.push_back({static_cast<double>(d), value, error});
    }
  }
  DecayFits result{.points = static_cast<int>(points.size()),
                   .left_out = static_cast<int>(values.size() - points.size())};
  double lowest = std::numeric_limits<double>::infinity();
  for (const DecayLaw law : kLaws) {
    const std::size_t parameters = parameter_names(law).size();
    if (points.size() < parameters + 2) continue;
    std::optional<LawFit> fit = fit_law(law, points);
    if (!fit) continue;
    const double aicc = corrected_criterion(fit->chi_squared, points.size(), parameters);
    result.fits.push_back({law, std::move(fit->parameters), fit->chi_squared,
                           static_cast<int>(points.size() - parameters), aicc});
    lowest = std::min(lowest, aicc);
  }
  if (result.fits.empty()) return result;
  weigh(result.fits, lowest);
  result.chosen = choose(result.fits, lowest);
  return result;
}

}  // namespace stategrad::analysis

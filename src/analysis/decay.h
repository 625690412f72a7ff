// SPDX-License-Identifier: MIT
//
// How long something is remembered, and by which law it is forgotten.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/jackknife.h"

namespace stategrad::analysis {

/// When a measure has fallen to 1/2, 1/10 and 1 % of its start, in words after the start; empty if
/// it has not within the delays that are known.
struct Horizon {
  int from = 0;  ///< the delay of the start
  std::optional<double> half;
  std::optional<double> tenth;
  std::optional<double> hundredth;
};

/// With v_d the measure at delay d and d > from the first delay where v_d ≤ f v_from,
///
///   d - 1 - from + ln(v_{d-1} / (f v_from)) / ln(v_{d-1} / v_d)
///
/// which is exact for an exponential decay; where v_d ≤ 0 has no logarithm, the same linearly in
/// the values. It is the first time: a measure may rise again. The start is by default the delay of
/// the largest value, the first of them, because what rises before it is not yet decay. Nothing is
/// reached from a start that is not above 0, nor beyond the first value that is not finite.
/// @param values at delays 0, 1, …
/// @throws UsageError if from is none of the delays, or there are none
[[nodiscard]] Horizon horizon(std::span<const double> values, std::optional<int> from = {});

/// A law of decay, f(d) for delay d; the simpler ones first. All parameters are above 0.
enum class DecayLaw {
  kExponential,      ///< a e^(-d/τ): a, tau
  kPower,            ///< a (1+d)^-p: a, p
  kStretched,        ///< a e^(-(d/τ)^β): a, tau, beta; β > 1 has a shoulder
  kTwoExponentials,  ///< a₁ e^(-d/τ₁) + a₂ e^(-d/τ₂), τ₁ ≤ τ₂: a1, tau1, a2, tau2
};

[[nodiscard]] std::string_view name_of(DecayLaw law);
/// In the order of the formulas above.
[[nodiscard]] std::span<const std::string_view> parameter_names(DecayLaw law);
/// f(d).
/// @param parameters as many as parameter_names()
[[nodiscard]] double decay_at(DecayLaw law, std::span<const double> parameters, double delay);

struct DecayFit {
  DecayLaw law = DecayLaw::kExponential;
  /// Standard errors are infinite where the values do not determine a parameter.
  std::vector<Estimate> parameters;
  double chi_squared = 0;  ///< χ² = Σ ((f(d) - v_d) / e_d)²
  int degrees_of_freedom = 0;
  double aicc = 0;    ///< Akaike's criterion, corrected for few points
  double weight = 0;  ///< e^(-Δ/2) / Σ e^(-Δ/2), Δ the aicc above the lowest
};

struct DecayFits {
  std::vector<DecayFit> fits;      ///< in the order of DecayLaw, those that could be made
  std::optional<DecayLaw> chosen;  ///< empty if no law could be fitted
  int points = 0;                  ///< delays that were used
  int left_out = 0;                ///< without a finite value and a finite error above 0
};

/// A more complex law must be better than a simpler one by more than this.
inline constexpr double kAiccTie = 2;

/// Fits all laws to the values of a measure by weighted non-linear least squares (Levenberg and
/// Marquardt; GSL's multifit_nlinear), from the best three points of a grid. With n points and k
/// parameters
///
///   AICc = χ² + 2k + 2k(k+1) / (n-k-1)
///
/// and a law takes part if n ≥ k + 2. Of the laws within kAiccTie of the lowest AICc the one with
/// the fewest parameters is chosen, and of these the one with the lowest. Standard errors are the
/// roots of the diagonal of (Jᵀ J)⁻¹ at the minimum, J the derivatives of (f(d) - v_d) / e_d by the
/// parameters: they take the errors as given and do not grow with a bad χ². A χ² far above its
/// degrees of freedom says that no law fits, whichever is chosen. Errors of neighbouring delays
/// that come from the same text are correlated, of which this knows nothing: standard errors are
/// then too small or too large, and weights are guides and not probabilities. Deterministic. Cost
/// about 1e5 D operations.
/// @param values at delays 0, 1, …, each with its error
[[nodiscard]] DecayFits fit_decay(std::span<const Estimate> values);

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
//
// One law of decay fitted to points.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "analysis/decay.h"

namespace stategrad::analysis {

struct DecayPoint {
  double delay = 0;
  double value = 0;
  double error = 1;  ///< finite and above 0
};

struct LawFit {
  std::vector<Estimate> parameters;
  double chi_squared = 0;
};

/// The minimum of χ² over parameters above 0: they are fitted by their logarithms q, and the
/// standard error of a parameter e^q is e^q times that of q. Starts are points of a grid of the
/// parameters other than the amplitudes, for each of which the best amplitudes follow by linear
/// least squares.
/// @param points at least as many as the law has parameters
/// @return nothing if no amplitude above 0 is better than 0, or no start converges
[[nodiscard]] std::optional<LawFit> fit_law(DecayLaw law, std::span<const DecayPoint> points);

}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
//
// What can be read from vectors by a linear classifier: L2 logistic regression.
#pragma once

#include <span>
#include <vector>

namespace stategrad::analysis {

/// Vectors of known class.
struct LabelledVectors {
  int size = 0;           ///< E, numbers of a vector
  std::vector<double> x;  ///< [n, E]
  std::vector<int> y;     ///< [n] classes, from 0

  [[nodiscard]] int count() const { return static_cast<int>(y.size()); }
};

/// The vectors of these places, in their order.
[[nodiscard]] LabelledVectors subset(const LabelledVectors& data, std::span<const int> places);

enum class ProbeScheme { kOneVsRest, kMultinomial };

struct ProbeParameters {
  double loss_weight = 1;  ///< C: of the loss against the penalty
  bool balanced = false;   ///< classes count the same in all, however frequent they are
  ProbeScheme scheme = ProbeScheme::kMultinomial;
};

/// A trained classifier: the class whose score w_k x + b_k is the largest.
struct Probe {
  int size = 0;                 ///< E
  std::vector<int> classes;     ///< [P] the classes of the training data, rising
  std::vector<double> weights;  ///< [P, E]
  std::vector<double> bias;     ///< [P]

  /// The class of each vector; the first of several with the same score.
  /// @param x [n, E]
  [[nodiscard]] std::vector<int> predict(std::span<const double> x) const;
};

struct ProbeFit {
  /// Stop when the norm of the gradient of the objective over Σs is below this times that of the
  /// parameters, or below this itself.
  double tolerance = 1e-9;
  const Probe* start = nullptr;  ///< a probe on the same classes to begin from
};

/// Minimises ½ Σ_k |w_k|² + C Σ_i s_i loss_i, as scikit-learn does (biases bear no penalty), by
/// L-BFGS. With z_k = w_k x + b_k the loss is
/// - multinomial: log Σ_k exp z_k - z_y;
/// - one versus rest: Σ_k log(1 + exp(∓z_k)), - for the class itself, + for the others.
/// s_i is 1 or, balanced, n / (P n_y); one versus rest: n / (2 n_k) for the members of class k and
/// n / (2 (n - n_k)) for the others. The minimum is unique up to a shift of multinomial biases.
/// With a single class in the data the probe says nothing but it.
/// On the calling thread alone. Cost 4 n P E per iteration, some hundred iterations.
/// @throws UsageError without data or unless C > 0; NumericalError if it does not converge
[[nodiscard]] Probe fit_probe(const LabelledVectors& data, const ProbeParameters& parameters,
                              const ProbeFit& options = {});

/// The share of vectors whose class is found; 0 without data.
[[nodiscard]] double accuracy(const Probe& probe, const LabelledVectors& data);

}  // namespace stategrad::analysis

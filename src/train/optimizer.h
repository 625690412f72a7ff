// SPDX-License-Identifier: MIT
//
// From gradients to new parameters: clipping by global norm, then sgd, adam or adagrad.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/parameters.h"
#include "stategrad/config.h"
#include "stategrad/thread_team.h"
#include "train/gradients.h"

namespace stategrad::train {

/// With g the clipped gradient, η the learning rate, n the number of updates so far, from 1:
/// - sgd: p -= η g
/// - adam (torch.optim.Adam, β = (0.9, 0.999), ε = 1e-8): m = β1 m + (1-β1) g,
///   v = β2 v + (1-β2) g², p -= η / (1-β1^n) m / (√(v / (1-β2^n)) + ε)
/// - adagrad (torch.optim.Adagrad, initial_accumulator_value = 0.1, ε = 0): a += g²,
///   p -= η g / √a
/// Clipping: g = gradient * max_norm / max(norm, max_norm), norm the square root of the sum of
/// squares of all trained gradients.
///
/// Rows of words that the window did not touch have zero gradients: sgd and adagrad leave them
/// alone, adam moves them by their moments as the dense formula says.
/// Real is float or double.
template <class Real>
class ParameterUpdater {
 public:
  ParameterUpdater(Optimizer kind, double max_norm, const Architecture& shape);

  /// Norm of all trained gradients, summed in float64.
  [[nodiscard]] double gradient_norm(Gradients<Real>& gradients, ThreadTeam& team) const;

  /// One update.
  /// @param norm what gradient_norm() said of these gradients; finite
  void update(Parameters<Real>& parameters, Gradients<Real>& gradients, double rate, double norm,
              ThreadTeam& team);

  /// What besides the parameters decides the next update, for checkpoints: none for sgd,
  /// adam.m and adam.v, or adagrad.sum, each in the shapes of the parameters.
  struct State {
    std::string name;
    Parameters<Real>* values = nullptr;
  };
  [[nodiscard]] std::vector<State> states();
  [[nodiscard]] std::uint64_t updates() const { return updates_; }
  void set_updates(std::uint64_t updates) { updates_ = updates; }

 private:
  Optimizer kind_;
  double max_norm_;
  std::uint64_t updates_ = 0;
  Parameters<Real> first_;   ///< adam: m; adagrad: a
  Parameters<Real> second_;  ///< adam: v
};

}  // namespace stategrad::train

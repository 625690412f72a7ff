// SPDX-License-Identifier: MIT
//
// Are the state gradients of a model right? The forward recursion is compared with two other ways
// to the same numbers: the adjoint pass (adjoint.h) and finite differences.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "stategrad/language_model.h"
#include "stategrad/state_gradients.h"
#include "stategrad/thread_team.h"

namespace stategrad::gradient {

/// What is checked, and how strictly.
struct CheckOptions {
  /// States; empty: both states of every layer.
  std::vector<StateOfLayer> states;
  int max_delay = 10;  ///< D: delays 0..D-1
  /// Stretches of D words at which it is checked, spread evenly over the text: the adjoint gives
  /// the gradients of the state at a stretch's end, finite differences those of all states to the
  /// word at its start.
  int stretches = 3;
  std::vector<double> basis;  ///< as GradientOptions::basis
  double step = 1e-5;         ///< of the finite differences, in units of the basis rows
  double adjoint_tolerance = 1e-9;
  double difference_tolerance = 1e-6;
  /// Looked at once per word and stretch; when it becomes true the check ends with Interrupted.
  const std::atomic<bool>* stop = nullptr;
  /// Called with the number of stretches checked and their total.
  std::function<void(std::int64_t done, std::int64_t total)> on_progress;
};

/// The largest differences of one state, layer and delay.
struct CheckRow {
  StateOfLayer state;
  int delay = 0;
  double largest = 0;             ///< largest |entry| of the forward recursion's gradients
  double adjoint_difference = 0;  ///< largest |forward - adjoint| / largest entry of that block
  double finite_difference = 0;   ///< the same against finite differences
  bool passed = false;
};

struct CheckReport {
  std::vector<CheckRow> rows;  ///< by state, then delay
  bool passed = false;
  std::int64_t blocks = 0;  ///< compared, of both kinds
  /// The accepted inequality in words, with its numbers.
  std::string criterion;
};

/// Compares, in float64 whatever the model's precision. A block F (forward) is accepted when
///   max|F - A| <= adjoint_tolerance max|F| + tiny and
///   max|F - N| <= difference_tolerance max|F| + 1e-15 / step,
/// A from the adjoint pass and N from central differences; 1e-15 / step bounds the rounding of the
/// states, which lie in (-1, 1) up to small factors, and tiny is 1e-200. Nothing that is not a
/// number is accepted.
/// Cost: one pass of the forward recursion over the text; for every stretch D words on H streams,
/// forth and back, for every state (A), D words on 2 R streams (N), and for each of these the words
/// before the stretch on one stream.
/// @throws UsageError as plan_state_gradients(), and if stretches < 1, the step is not positive or
///   the text is shorter than D words
template <class Real>
[[nodiscard]] CheckReport check_gradients(const LanguageModel<Real>& model,
                                          std::span<const WordId> text, const CheckOptions& options,
                                          ThreadTeam& team);

/// Something that promises what compute_state_gradients() does.
using ForwardPass = std::function<void(const LanguageModel<double>&, std::span<const WordId>,
                                       const GradientOptions&, GradientSink&, ThreadTeam&)>;

/// check_gradients() of another forward pass: this is how its tests show that it finds errors.
/// @throws InternalError if the pass leaves out a block that is compared
[[nodiscard]] CheckReport check_forward_pass(const ForwardPass& pass,
                                             const LanguageModel<double>& model,
                                             std::span<const WordId> text,
                                             const CheckOptions& options, ThreadTeam& team);

}  // namespace stategrad::gradient

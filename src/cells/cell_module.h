// SPDX-License-Identifier: MIT
//
// A recurrent cell that is not built in: a function of input and state whose derivatives somebody
// else knows.
#pragma once

#include "stategrad/types.h"

namespace stategrad::cells {

/// Steps of parallel streams through a module, with the gradient of a loss to their states.
struct ModuleStretch {
  int steps = 0;                     ///< T
  int streams = 0;                   ///< B
  const double* input = nullptr;     ///< [T, B, E]
  const double* state = nullptr;     ///< [B, S] before the first step
  const double* gradient = nullptr;  ///< [T, B, S] of the loss to the state after each step
};

/// state' = step(x, state), row by row of a batch: x [E], state [S]. The whole state is what the
/// layer hands on and what is differentiated; results call it the hidden state.
///
/// Numbers are exchanged in float64 and computed in the precision asked for. All matrices are
/// row-major. Every function throws a NumericalError that names the module when the module fails.
/// One thread at a time.
class CellModule {
 public:
  virtual ~CellModule() = default;

  /// next [B, S] = step(input [B, E], state [B, S]).
  virtual void advance(DType precision, int streams, const double* input, const double* state,
                       double* next) = 0;

  /// One step of one stream with its derivatives, transposed as Linearization has them:
  /// recurrent[i][k] = d next[k] / d state[i], [S, S]; by_input[e][k] = d next[k] / d input[e],
  /// [E, S].
  virtual void linearize(DType precision, const double* input, const double* state, double* next,
                         double* recurrent, double* by_input) = 0;

  /// The gradient [T, B, E] of the loss to the inputs of a stretch, by the module's own backward
  /// pass through all of its steps: nothing that linearize() made is used.
  virtual void backward(DType precision, const ModuleStretch& stretch, double* input_gradient) = 0;
};

}  // namespace stategrad::cells

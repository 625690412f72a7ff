// SPDX-License-Identifier: MIT
//
// A layer whose cell is a CellModule: the same two sides as the cells that are built in.
#pragma once

#include <memory>

#include "cells/cell_module.h"
#include "cells/differentiable_layer.h"
#include "cells/sequence.h"

namespace stategrad::cells {

/// The tangent side: h' = step(x, h) with M and N from CellModule::linearize().
/// @param input_size, size E and S
template <class Real>
[[nodiscard]] std::unique_ptr<DifferentiableLayer<Real>> make_module_layer(
    std::shared_ptr<CellModule> module, int input_size, int size);

/// forward() of sequence.h for a module; the activations are those of an RNN, whose gates stay as
/// they are.
/// @param input [T, B, E]
template <class Real>
void module_forward(CellModule& module, int input_size, const Real* input,
                    SequenceActivations<Real>& activations);

/// backward() of sequence.h for a module, to the inputs; the weights of a module are not trained.
template <class Real>
void module_backward(CellModule& module, int input_size, const Real* input,
                     const SequenceActivations<Real>& activations, const Real* output_gradient,
                     Real* input_gradient);

}  // namespace stategrad::cells

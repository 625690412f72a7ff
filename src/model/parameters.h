// SPDX-License-Identifier: MIT
//
// All weights of a language model, under PyTorch's names and shapes.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "cells/cell_module.h"
#include "cells/layer_weights.h"
#include "stategrad/types.h"

namespace stategrad {

/// The same struct holds gradients and optimiser moments.
template <class Real>
struct Parameters {
  Parameters() = default;
  /// All zero.
  explicit Parameters(const Architecture& shape);

  Architecture architecture;
  Buffer<Real> embedding;                         ///< embedding.weight [V, E]
  std::vector<cells::LayerWeights<Real>> layers;  ///< rnn.weight_ih_l0 …
  /// The output tensors are empty for a model that predicts nothing: one with a module, or one that
  /// reads vectors which are no words.
  Buffer<Real> output_weight;  ///< output.weight [V, H]
  Buffer<Real> output_bias;    ///< output.bias [V]
  /// In place of the weights of the only layer, which are empty: a cell that is not built in. It
  /// has one state and no gates, as an RNN, which the architecture says.
  std::shared_ptr<cells::CellModule> module = {};
};

/// A tensor of a Parameters, by its PyTorch name.
template <class Real>
struct NamedTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::span<Real> values;
  /// Training leaves bias_hh alone, except the candidate's of a GRU reset-after: the values from
  /// trained_from on are trained.
  std::size_t trained_from = 0;
};

/// The tensors in a fixed order: embedding, layers from 0, output weight, output bias.
template <class Real>
[[nodiscard]] std::vector<NamedTensor<Real>> named_tensors(Parameters<Real>& parameters);
template <class Real>
[[nodiscard]] std::vector<NamedTensor<const Real>> named_tensors(
    const Parameters<Real>& parameters);

}  // namespace stategrad

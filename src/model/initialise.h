// SPDX-License-Identifier: MIT
//
// The weights that a training starts from.
#pragma once

#include <cstdint>

#include "model/parameters.h"

namespace stategrad::model {

struct InitOptions {
  double scale = 0.05;     ///< s > 0
  double forget_bias = 0;  ///< added to the bias of an LSTM's forget gate; no effect on other cells
  std::uint64_t seed = 1;
};

/// Embeddings, kernels, output weights and output bias ~ U(-s, s). Biases of LSTM, RNN and of a
/// GRU's candidate are 0, those of a GRU's gates 1, and an LSTM's forget gate has forget_bias, all
/// in bias_ih; bias_hh is 0.
///
/// Every tensor has a random stream of its own, and value i of the tensor is value i of its stream,
/// drawn in float64 and rounded: so float and double start from the same numbers.
template <class Real>
void initialise(Parameters<Real>& parameters, const InitOptions& options);

/// Row `row` of the embeddings as initialise() draws it, for words that are added later.
/// @param out E values
void initial_embedding_row(std::int64_t row, const InitOptions& options, std::span<double> out);

}  // namespace stategrad::model

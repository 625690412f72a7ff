// SPDX-License-Identifier: MIT
//
// Linear layer + softmax + cross entropy in chunks of rows, with the gradients formed in the
// forward pass: the logits never live longer than a chunk, so memory does not grow with V x T x B.
#pragma once

#include <cstdint>
#include <span>

#include "base/buffer.h"
#include "stategrad/thread_team.h"
#include "stategrad/types.h"

namespace stategrad::kernels {

/// With logits l_n = W h_n + b and target y_n: log p_n = l_n[y_n] - log Σ_v exp l_n[v].
template <class Real>
struct SoftmaxCrossEntropy {
  std::int64_t rows = 0;                ///< N
  std::int64_t vocab_size = 0;          ///< V
  std::int64_t size = 0;                ///< H
  const Real* hidden = nullptr;         ///< [N, H]
  const Real* weight = nullptr;         ///< [V, H]
  const Real* bias = nullptr;           ///< [V]
  const WordId* targets = nullptr;      ///< [N], each in 0..V-1
  double* log_probabilities = nullptr;  ///< [N] out: natural logarithm of p_n
  // Gradients of loss = -scale Σ_n log p_n; all null when only the loss is wanted, those of weight
  // and bias when only the one of the hidden states is.
  Real scale = 1;
  Real* hidden_gradient = nullptr;  ///< [N, H] overwritten
  Real* weight_gradient = nullptr;  ///< [V, H] overwritten
  Real* bias_gradient = nullptr;    ///< [V] overwritten
};

/// @param scratch resized when too small, may be kept between calls
template <class Real>
void softmax_cross_entropy(const SoftmaxCrossEntropy<Real>& task, Buffer<Real>& scratch,
                           ThreadTeam& team);

}  // namespace stategrad::kernels

// SPDX-License-Identifier: MIT
#include "cells/sequence.h"

#include <algorithm>
#include <cstdint>

#include "kernels/elementwise.h"
#include "kernels/gemm.h"
#include "kernels/recurrent.h"
#include "stategrad/errors.h"

namespace stategrad::cells {
namespace {

std::size_t count(std::int64_t a, std::int64_t b, std::int64_t c) {
  return static_cast<std::size_t>(a * b * c);
}

/// The bias that is added once per window: bias_ih + bias_hh, but for the candidate's bias_hh of a
/// GRU reset-after, which belongs inside of the reset gate.
template <class Real>
Buffer<Real> outer_bias(CellKind kind, bool reset_after, const LayerWeights<Real>& weights) {
  Buffer<Real> bias(weights.bias_ih.size());
  const std::size_t both = kind == CellKind::kGru && reset_after
                               ? 2 * static_cast<std::size_t>(weights.size)
                               : bias.size();
  for (std::size_t u = 0; u < bias.size(); ++u) {
    bias[u] = weights.bias_ih[u] + (u < both ? weights.bias_hh[u] : 0);
  }
  return bias;
}

template <class Real>
void add_recurrent_gradients(CellKind kind, bool reset_after,
                             const SequenceActivations<Real>& activations,
                             LayerWeights<Real>& gradient, ThreadTeam& team) {
  const std::int64_t rows = std::int64_t{activations.steps} * activations.streams;
  const std::int64_t size = activations.size;
  const std::int64_t columns = gate_count(kind) * size;
  const bool gru = kind == CellKind::kGru;
  const Real* gates = activations.gates.data();
  const Real* hidden = activations.hidden.data();  // slots 0..T-1: the state before each step
  kernels::gemm<Real>(team, gru ? 2 * size : columns, size, rows, 1, {gates, columns, true},
                      {hidden, size}, 1, gradient.weight_hh.data(), size);
  if (!gru) return;
  const Real* candidate = activations.candidate.data();
  Real* candidate_weights = gradient.weight_hh.data() + 2 * size * size;
  if (reset_after) {
    kernels::gemm<Real>(team, size, size, rows, 1, {candidate, size, true}, {hidden, size}, 1,
                        candidate_weights, size);
    kernels::add_column_sums<Real>(rows, size, candidate, gradient.bias_hh.data() + 2 * size, team);
  } else {
    kernels::gemm<Real>(team, size, size, rows, 1, {gates + 2 * size, columns, true},
                        {candidate, size}, 1, candidate_weights, size);
  }
}

}  // namespace

template <class Real>
SequenceActivations<Real>::SequenceActivations(CellKind kind, int num_steps, int num_streams,
                                               int units)
    : steps(num_steps),
      streams(num_streams),
      size(units),
      gates(count(num_steps, num_streams, std::int64_t{gate_count(kind)} * units)),
      hidden(count(num_steps + std::int64_t{1}, num_streams, units)) {
  if (kind == CellKind::kLstm) {
    cell = Buffer<Real>(hidden.size());
    tanh_cell = Buffer<Real>(count(num_steps, num_streams, units));
  }
  if (kind == CellKind::kGru) candidate = Buffer<Real>(count(num_steps, num_streams, units));
}

template <class Real>
void SequenceActivations<Real>::carry_state() {
  const std::size_t slot = count(1, streams, size);
  const std::size_t last = static_cast<std::size_t>(steps) * slot;
  std::copy_n(hidden.data() + last, slot, hidden.data());
  if (!cell.empty()) std::copy_n(cell.data() + last, slot, cell.data());
}

template <class Real>
void SequenceActivations<Real>::reset_state() {
  const std::size_t slot = count(1, streams, size);
  std::fill_n(hidden.data(), slot, Real{0});
  if (!cell.empty()) std::fill_n(cell.data(), slot, Real{0});
}

template <class Real>
void forward(CellKind kind, bool reset_after, const LayerWeights<Real>& weights, const Real* input,
             SequenceActivations<Real>& activations, ThreadTeam& team) {
  const kernels::WindowShape shape{activations.steps, activations.streams, activations.size};
  const std::int64_t rows = std::int64_t{shape.steps} * shape.streams;
  const std::int64_t columns = std::int64_t{gate_count(kind)} * shape.size;
  const std::int64_t inputs = weights.input_size;
  Real* gates = activations.gates.data();
  Real* hidden = activations.hidden.data();
  const Real* weight_hh = weights.weight_hh.data();
  const Buffer<Real> bias = outer_bias(kind, reset_after, weights);
  kernels::fill_rows<Real>(rows, columns, bias.data(), gates, team);
  kernels::gemm<Real>(team, rows, columns, inputs, 1, {input, inputs},
                      {weights.weight_ih.data(), inputs, true}, 1, gates, columns);
  switch (kind) {
    case CellKind::kLstm:
      return kernels::lstm_forward(shape, weight_hh, gates, hidden, activations.cell.data(),
                                   activations.tanh_cell.data(), activations.scratch, team);
    case CellKind::kGru:
      return kernels::gru_forward(shape, reset_after, weight_hh,
                                  weights.bias_hh.data() + 2 * std::int64_t{shape.size}, gates,
                                  activations.candidate.data(), hidden, activations.scratch, team);
    case CellKind::kRnn:
      return kernels::rnn_forward(shape, weight_hh, gates, hidden, activations.scratch, team);
    case CellKind::kModule:
      break;
  }
  throw InternalError("a layer without weights of ours");
}

template <class Real>
void backward(CellKind kind, bool reset_after, const LayerWeights<Real>& weights, const Real* input,
              SequenceActivations<Real>& activations, const Real* output_gradient,
              const Real* final_cell_gradient, LayerWeights<Real>* weights_gradient,
              Real* input_gradient, ThreadTeam& team) {
  const kernels::WindowShape shape{activations.steps, activations.streams, activations.size};
  const std::int64_t rows = std::int64_t{shape.steps} * shape.streams;
  const std::int64_t columns = std::int64_t{gate_count(kind)} * shape.size;
  const std::int64_t inputs = weights.input_size;
  Real* gates = activations.gates.data();
  const Real* weight_hh = weights.weight_hh.data();
  switch (kind) {
    case CellKind::kLstm:
      kernels::lstm_backward(shape, weight_hh, gates, activations.cell.data(),
                             activations.tanh_cell.data(), output_gradient, final_cell_gradient,
                             activations.scratch, team);
      break;
    case CellKind::kGru:
      kernels::gru_backward(shape, reset_after, weight_hh, gates, activations.candidate.data(),
                            activations.hidden.data(), output_gradient, activations.scratch, team);
      break;
    case CellKind::kRnn:
      kernels::rnn_backward(shape, weight_hh, gates, output_gradient, activations.scratch, team);
      break;
    case CellKind::kModule:
      throw InternalError("a layer without weights of ours");
  }
  if (weights_gradient != nullptr) {
    kernels::gemm<Real>(team, columns, inputs, rows, 1, {gates, columns, true}, {input, inputs}, 1,
                        weights_gradient->weight_ih.data(), inputs);
    kernels::add_column_sums<Real>(rows, columns, gates, weights_gradient->bias_ih.data(), team);
    add_recurrent_gradients(kind, reset_after, activations, *weights_gradient, team);
  }
  if (input_gradient != nullptr) {
    kernels::gemm<Real>(team, rows, inputs, columns, 1, {gates, columns},
                        {weights.weight_ih.data(), inputs}, 0, input_gradient, inputs);
  }
}

template struct SequenceActivations<float>;
template struct SequenceActivations<double>;
template void forward(CellKind, bool, const LayerWeights<float>&, const float*,
                      SequenceActivations<float>&, ThreadTeam&);
template void forward(CellKind, bool, const LayerWeights<double>&, const double*,
                      SequenceActivations<double>&, ThreadTeam&);
template void backward(CellKind, bool, const LayerWeights<float>&, const float*,
                       SequenceActivations<float>&, const float*, const float*,
                       LayerWeights<float>*, float*, ThreadTeam&);
template void backward(CellKind, bool, const LayerWeights<double>&, const double*,
                       SequenceActivations<double>&, const double*, const double*,
                       LayerWeights<double>*, double*, ThreadTeam&);

}  // namespace stategrad::cells

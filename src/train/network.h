// SPDX-License-Identifier: MIT
//
// A language model while it is trained: parameters, activations and gradients of one window.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/buffer.h"
#include "cells/sequence.h"
#include "model/parameters.h"
#include "stategrad/config.h"
#include "stategrad/thread_team.h"
#include "stategrad/types.h"
#include "train/gradients.h"

namespace stategrad::train {

template <class Real>
class SampledSoftmax;

struct NetworkOptions {
  int streams = 1;               ///< B
  int steps = 1;                 ///< T
  double keep = 1;               ///< probability to keep a unit (dropout), in (0, 1]
  bool drop_embeddings = false;  ///< dropout on the input embeddings too
  bool train_embeddings = true;  ///< false: frozen
  Softmax softmax = Softmax::kFull;
  std::uint64_t seed = 1;  ///< of dropout masks and sampled words
};

/// The options that a configuration asks for.
[[nodiscard]] NetworkOptions network_options(const Config& config, std::uint64_t seed);

/// A state carried from window to window, by name, for checkpoints.
template <class Real>
struct CarriedState {
  std::string name;        ///< state.hidden_l0, state.cell_l0, ...
  std::span<Real> values;  ///< [B, H]
};

/// Forward and backward over windows of T steps of B streams. All memory is taken at construction.
///
/// x = embedding rows, dropped out if asked; layer l reads the (dropped out) hidden states of layer
/// l - 1; the softmax reads those of the top layer. The recurrent path is never dropped. Masks and
/// sampled words are pure functions of (seed, window number), so nothing random needs saving.
/// Real is float or double.
template <class Real>
class TrainingNetwork {
 public:
  /// @param team must outlive the network
  /// @throws UsageError if an option is outside its range
  TrainingNetwork(Parameters<Real> parameters, const NetworkOptions& options, ThreadTeam& team);
  ~TrainingNetwork();
  TrainingNetwork(TrainingNetwork&&) noexcept;

  /// Runs one window from the carried state, forms gradients() and carries the state on.
  ///
  /// loss = Σ_t (1/B) Σ_b -log p(target_tb); with the sampled softmax, p is over the target and the
  /// sample. The gradients are those of this loss and do not pass the window's start.
  /// @param inputs, targets time-major [T, B]
  /// @param window number of the window since training began: picks masks and sample
  /// @returns the loss; not finite when the model has diverged
  double forward_backward(std::span<const WordId> inputs, std::span<const WordId> targets,
                          std::uint64_t window);

  /// Back to the zero state: the start of an epoch.
  void reset_state();
  [[nodiscard]] std::vector<CarriedState<Real>> carried_states();

  [[nodiscard]] Parameters<Real>& parameters() { return parameters_; }
  [[nodiscard]] const Parameters<Real>& parameters() const { return parameters_; }
  [[nodiscard]] Gradients<Real>& gradients() { return gradients_; }
  [[nodiscard]] const NetworkOptions& options() const { return options_; }

 private:
  void run_forward(std::span<const WordId> inputs, std::uint64_t window);
  double run_softmax(std::span<const WordId> targets, std::uint64_t window);
  void run_backward(std::span<const WordId> inputs);
  void gather_embeddings(std::span<const WordId> inputs);
  void scatter_embedding_gradient(std::span<const WordId> inputs, const Real* gradient);
  [[nodiscard]] std::int64_t rows() const {
    return std::int64_t{options_.steps} * options_.streams;
  }
  [[nodiscard]] const Real* layer_input(int layer) const;
  [[nodiscard]] const Real* layer_output(int layer) const;

  NetworkOptions options_;
  ThreadTeam* team_;
  Parameters<Real> parameters_;
  Gradients<Real> gradients_;
  std::vector<cells::SequenceActivations<Real>> activations_;
  Buffer<Real> embedded_;              ///< [N, E], N = T B
  Buffer<Real> embedding_mask_;        ///< [N, E]
  std::vector<Buffer<Real>> dropped_;  ///< per layer [N, H]
  std::vector<Buffer<Real>> masks_;    ///< per layer [N, H]
  Buffer<Real> upper_gradient_;        ///< [N, max(E, H)]
  Buffer<Real> lower_gradient_;        ///< [N, max(E, H)]
  Buffer<double> log_probabilities_;   ///< [N]
  Buffer<Real> softmax_scratch_;
  std::unique_ptr<SampledSoftmax<Real>> sampled_;
};

}  // namespace stategrad::train

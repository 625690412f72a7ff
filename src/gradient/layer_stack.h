// SPDX-License-Identifier: MIT
//
// The lower layers of a model over a stretch of words on parallel streams, through the training
// side of the mathematics (cells/sequence.h): what the checks of the forward recursion stand on.
#pragma once

#include <functional>
#include <span>
#include <type_traits>
#include <vector>

#include "base/buffer.h"
#include "cells/sequence.h"
#include "stategrad/gradient_sink.h"
#include "stategrad/language_model.h"
#include "stategrad/thread_team.h"

namespace stategrad::gradient {

/// Layers 0..L-1 over T steps of B streams, the activations of every step kept. All arrays are
/// time-major, row-major.
template <class Real>
class LayerStack {
 public:
  /// @param model must outlive the stack
  /// @param layers L, 1 or more
  /// @throws ResourceError when the memory does not suffice
  LayerStack(const LanguageModel<Real>& model, int layers, int steps, int streams);

  /// Starts every stream from the state at the end of the other stack's first stream.
  void start_from(const LayerStack& other);
  /// Gives every stream these T words to read.
  void embed(std::span<const WordId> words);
  /// What layer 0 reads, [T, B, E].
  [[nodiscard]] std::span<Real> input() { return input_; }

  void forward(ThreadTeam& team);

  /// The state of a layer after a step, [B, H]; step T-1 is the last one.
  [[nodiscard]] std::span<const Real> state_after(const StateOfLayer& state, int step) const;

  /// The activations of a layer's gates in a step, [B, G*H] in PyTorch's order; before backward().
  [[nodiscard]] std::span<const Real> gates_of(int layer, int step) const;

  /// The adjoint of forward(), which must come before and is then used up.
  /// @param state of layer L-1
  /// @param gradient [B, H] of a loss to that state after the last step
  /// @returns [T, B, E] of the loss to input()
  [[nodiscard]] Buffer<Real> backward(const StateOfLayer& state, std::span<const Real> gradient,
                                      ThreadTeam& team);

 private:
  [[nodiscard]] const Real* layer_input(std::size_t layer) const;
  [[nodiscard]] std::size_t slot() const { return streams_ * size_; }

  const LanguageModel<Real>* model_;
  std::size_t steps_;
  std::size_t streams_;
  std::size_t size_;
  Buffer<Real> input_;  ///< [T, B, E]
  std::vector<cells::SequenceActivations<Real>> layers_;
};

/// Looks at some words in a row that were read: the number of the first one, from 0, how many they
/// are, and their activations, step by step.
template <class Real>
using PieceUse =
    std::function<void(std::size_t first, std::size_t count, const LayerStack<Real>& piece)>;

/// Reads words on one stream from the zero state, a piece at a time; the state that they leave is
/// at the end of the stack. Any number of words: the memory does not depend on it.
/// @param use called after each piece, may be empty; what it throws ends the reading
template <class Real>
[[nodiscard]] LayerStack<Real> read_words(const LanguageModel<Real>& model, int layers,
                                          std::span<const WordId> words, ThreadTeam& team,
                                          const std::type_identity_t<PieceUse<Real>>& use = {});

}  // namespace stategrad::gradient

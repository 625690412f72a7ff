// SPDX-License-Identifier: MIT
//
// The forward recursion over time that computes state gradients (docs/method.md).
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "cells/differentiable_layer.h"
#include "gradient/compression.h"
#include "gradient/compression_plan.h"
#include "gradient/schedule.h"
#include "gradient/source.h"
#include "gradient/tiles.h"
#include "kernels/jacobian_rows.h"
#include "stategrad/gradient_sink.h"
#include "stategrad/language_model.h"
#include "stategrad/state_gradients.h"
#include "stategrad/thread_team.h"

namespace stategrad::gradient {

/// A pass over a text that can be made in pieces: its state after n words does not depend on how
/// many calls of advance() they took.
///
/// Rows are kept in a ring of S slots (S = D, or less when a window or the text is shorter); the
/// source at step t lives in slot t mod S until the source at step t + S replaces it, so nothing is
/// shifted. For every layer up to the highest wanted: jh twice (old and new) and, for LSTM, jc
/// once, each [S, R, H]. The tiles of rows of a word are handed out to the workers one by one, and
/// each passes all layers in one go, because row j of a layer needs nothing of the layer below but
/// row j. The newest source starts from zero rows and takes its part from below: from the basis in
/// layer 0.
///
/// With a rank tolerance old sources have fewer rows than R (compression.h). Such a source is
/// worked on as a whole: compressed further, if it is its turn, then advanced, then added to its
/// sums.
template <class Real>
class StateGradientEngine {
 public:
  /// @param run as plan_state_gradients() describes it; it and its text must outlive the engine
  /// @param basis directions [R, E]; empty: the identity
  /// @throws ResourceError naming D, R and H when the memory does not suffice
  StateGradientEngine(const LanguageModel<Real>& model, const GradientRun& run,
                      std::span<const double> basis, ThreadTeam& team);

  /// Reads the next words and pushes their blocks. An exception leaves the engine unusable.
  /// @param words how many; what is left of the run at most
  /// @param stop, on_progress as in GradientOptions
  /// @throws NumericalError, Interrupted, and whatever the sink throws
  void advance(std::int64_t words, GradientSink& sink, const std::atomic<bool>* stop = nullptr,
               const std::function<void(std::int64_t)>& on_progress = {});

  /// Words read so far, and in the whole run.
  [[nodiscard]] std::int64_t position() const { return position_; }
  [[nodiscard]] std::int64_t words() const { return schedule_.words(); }

 private:
  using Rows = std::vector<kernels::JacobianRow<Real>>;
  struct Layer {
    std::unique_ptr<cells::DifferentiableLayer<Real>> values;
    kernels::PackedStep<Real> packed;
    Buffer<Real> hidden[2];  ///< jh [S, R, H]; hidden[parity_] is the newer one between words
    Buffer<Real> cell;       ///< jc [S, R, H], LSTM
    int cell_state = -1;     ///< index of the cell state among the run's states, if wanted
    int hidden_state = -1;
  };
  /// What a worker needs for itself.
  struct Scratch {
    Rows rows;
    std::vector<Real*> blocks;
  };

  void allocate(std::span<const double> basis);
  [[nodiscard]] BlockKey key(std::size_t state, const Source& source) const;
  void prepare(GradientSink& sink);
  void take_step(ThreadTeam::Worker& worker, Scratch& scratch);
  void work_on(ThreadTeam::Worker& worker, Scratch& scratch);
  void compress(int worker, const CompressionPlan::Choice& choice, Scratch& scratch);
  void advance_sources(const Tile& tile, Scratch& scratch);
  void advance_tile(const Tile& tile, Rows& scratch);
  void add_sums(const Tile& tile);
  [[nodiscard]] kernels::JacobianRow<Real> describe_row(std::size_t layer, std::size_t source,
                                                        int direction);
  /// The next row: of the same source or the first of the next one.
  void step_row(std::size_t& source, int& direction) const;
  void keep_norms(const Tile& tile, const Layer& layer,
                  std::span<const kernels::JacobianRow<Real>> rows);
  /// Where the rows of a source's block begin that were computed last.
  [[nodiscard]] const Real* newest_block(std::size_t state, const Source& source, int parity) const;
  void deliver(GradientSink& sink);
  [[noreturn]] void fail(const BlockKey& at) const;

  const GradientRun* run_;
  Schedule schedule_;
  ThreadTeam* team_;
  LanguageModel<Real> model_;
  Buffer<Real> basis_;  ///< [R, E]
  std::vector<Layer> layers_;
  std::optional<SourceCompressor<Real>> compressor_;
  std::optional<CompressionPlan> compressions_;
  std::int64_t position_ = 0;
  int parity_ = 0;

  // Of the current word
  std::vector<int> delays_;
  std::vector<Source> sources_;  ///< by rising delay
  bool wanted_ = false;
  std::vector<double*> sums_;          ///< [state, source]
  std::vector<double> squared_norms_;  ///< [state, source, R]
  Work work_;
  std::atomic<std::size_t> next_work_{0};
};

}  // namespace stategrad::gradient

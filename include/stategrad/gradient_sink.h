// SPDX-License-Identifier: MIT
//
// The seam between the state-gradient engine, which knows no file format, and what becomes of the
// gradients. To add a sink, derive from GradientSink.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "stategrad/types.h"
#include "stategrad/vocabulary.h"

namespace stategrad {

/// One state of one layer, whose gradients are computed.
struct StateOfLayer {
  StateKind state = StateKind::kCell;
  int layer = 0;
  bool operator==(const StateOfLayer&) const = default;
};

/// What a pass of the engine computes; lives as long as the pass.
struct GradientRun {
  Architecture architecture;
  const Vocabulary* vocabulary = nullptr;
  std::span<const WordId> text;      ///< the words of the pass, position 0..N-1
  std::vector<StateOfLayer> states;  ///< in the order of their blocks within a step
  int max_delay = 0;                 ///< D: delays 0..D-1
  int rows = 0;                      ///< R: directions of the embedding space (E for the identity)
  bool windowed = false;
  int num_steps = 0;             ///< T, windowed only
  std::int64_t num_windows = 0;  ///< windowed only
  std::vector<int> time_steps;   ///< the steps of a window that are wanted, rising; windowed only
  std::vector<std::int64_t> sources;      ///< positions of the words t - d, rising; empty: all
  double rank_tolerance = 0;              ///< GradientOptions::rank_tolerance; 0: exact
  std::int64_t num_blocks_per_state = 0;  ///< how many blocks push() will see for each state
};

/// Which block: d state_t / d x_{t-d} along the R directions.
struct BlockKey {
  int state_index = 0;        ///< into GradientRun::states
  std::int64_t position = 0;  ///< t, in the text
  std::int64_t window = 0;    ///< number of the window, windowed only
  int time_step = 0;          ///< t within the window; windowed only, else 0
  int delay = 0;              ///< d
  WordId source = 0;          ///< the word at t - d
};

/// One state gradient, transposed: row r is the derivative of the state along direction r, [R, H]
/// row-major in the precision of the pass. Borrowed: valid during push() only.
struct GradientBlock {
  BlockKey key;
  int rows = 0;       ///< R, or the directions of this part
  int first_row = 0;  ///< the first direction of this part; 0 unless the sink takes_parts()
  int size = 0;       ///< H
  std::variant<const float*, const double*> values;
  double squared_norm = 0;  ///< squared Frobenius norm

  /// Writes the state gradient as the field writes it: [H, R], out[h*R + r] = d state[h] / d x[r].
  /// @param out H*R values
  void transpose_to(std::span<float> out) const;
  void transpose_to(std::span<double> out) const;
};

/// Consumer of state gradients.
///
/// Calls come from one thread: begin(), then for every position with wanted blocks, rising,
/// accumulator() for each of its blocks, push() for each of its blocks that the sink wants (both in
/// the order of rising state index and delay) and end_position(); at last finish(). An exception
/// that a sink throws ends the pass and reaches the caller of the engine; the sink's destructor
/// then leaves only whole files behind.
class GradientSink {
 public:
  virtual ~GradientSink() = default;

  virtual void begin(const GradientRun& run) = 0;

  /// Where the engine shall add this block while it computes it: R*H sums, row-major like
  /// GradientBlock, or null for nowhere. Asked before the block is computed.
  [[nodiscard]] virtual double* accumulator(const BlockKey& /*key*/) { return nullptr; }

  /// Whether push() shall be called for this block; asked after it was computed.
  [[nodiscard]] virtual bool wants(const BlockKey& /*key*/) const { return true; }

  /// Whether push() looks at the values of this block, which may be null if not: with a rank
  /// tolerance they must be made first. Asked for blocks that the sink wants.
  [[nodiscard]] virtual bool reads_values(const BlockKey& /*key*/) const { return true; }

  virtual void push(const GradientBlock& block) = 0;
  /// Whether a block may come in parts: the directions first_row..first_row + rows - 1 of it, from
  /// one reading of the text for each part. Positions then rise within a reading, the squared norm
  /// is that of the part, and accumulator() is asked for the whole block each time.
  [[nodiscard]] virtual bool takes_parts() const { return false; }
  virtual void end_position(std::int64_t /*position*/) {}
  virtual void finish() = 0;
};

}  // namespace stategrad

// SPDX-License-Identifier: MIT
//
// What the prediction of the next word asks of the hidden state.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/buffer.h"
#include "gradient/layer_stack.h"
#include "stategrad/language_model.h"
#include "stategrad/thread_team.h"

namespace stategrad::gradient {

/// g_t = d log p(x_{t+1} | x_0..x_t) / d h_t = Wᵀ (e - p), with h_t the hidden state of the top
/// layer, W the output weights [V, H], p the probabilities of all words and e the unit vector of
/// the word that follows.
///
/// The text is read from the zero state, a stretch at a time, so that the softmax of a stretch is
/// two matrix products on the whole team: 4 V H floating-point operations for each position wanted.
/// Memory: that of a stretch.
template <class Real>
class PredictionGradients {
 public:
  /// @param model, text, team must outlive this; the last word is predicted only
  PredictionGradients(const LanguageModel<Real>& model, std::span<const WordId> text,
                      ThreadTeam& team);

  /// Reads the next words; what is known of those before is forgotten.
  /// @param words how many; what is left of the text at most
  /// @param wanted whether the gradient of a position is wanted
  /// @throws NumericalError naming the position and its word if a gradient is not finite
  void advance(std::int64_t words, const std::function<bool(std::int64_t)>& wanted);

  /// g_t [H]; empty unless the position is of the last stretch, was wanted and has a next word.
  /// Valid until advance().
  [[nodiscard]] std::span<const Real> at(std::int64_t position) const;

  /// Words read so far.
  [[nodiscard]] std::int64_t position() const { return position_; }

 private:
  void gather(const std::function<bool(std::int64_t)>& wanted);
  void check_finite() const;

  const LanguageModel<Real>* model_;
  std::span<const WordId> text_;
  ThreadTeam* team_;
  LayerStack<Real> stack_;  ///< the last stretch
  std::int64_t first_ = 0;  ///< position of its first word
  std::int64_t position_ = 0;
  std::vector<std::int64_t> row_;  ///< per position of the stretch: of its gradient, or -1
  std::vector<std::int64_t> positions_;
  std::vector<WordId> targets_;
  std::vector<double> log_probabilities_;
  Buffer<Real> hidden_;     ///< [rows, H]
  Buffer<Real> gradients_;  ///< [rows, H]
  Buffer<Real> scratch_;
};

}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
//
// How long a pass will take, from its first words.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/timing.h"
#include "stategrad/gradient_sink.h"
#include "stategrad/language_model.h"
#include "stategrad/thread_team.h"

namespace stategrad::gradient {

/// One word of a pass: the rows that were carried over it, and the time that it took.
struct WordTime {
  std::int64_t rows = 0;
  double seconds = 0;
};

/// A word takes per_word + per_row * rows, the network's own step, its linearisation, and the step
/// of the rows; one without rows takes `plain`, the network's step alone.
struct WordCost {
  double per_word = 0;
  double per_row = 0;
  double plain = 0;

  [[nodiscard]] double seconds(double rows) const {
    return rows > 0 ? per_word + per_row * rows : plain;
  }
};

/// The line through the times of words with rows, by least squares, with no negative cost, and the
/// mean of those without. Times of equal rows give their mean. Where there are none of one kind it
/// costs as the other does without rows.
[[nodiscard]] WordCost fit_word_cost(std::span<const WordTime> times);

/// Seconds of a whole pass at that cost, made in several readings of the text, each with a part of
/// the rows. The first D words of a text or window carry fewer rows than the rest.
[[nodiscard]] double pass_seconds(const WordCost& cost, const GradientRun& run, int readings = 1);

/// The same pass with its chosen sources moved to the start of the text (by whole windows), so that
/// its first words are like the rest.
[[nodiscard]] GradientRun trial_of(const GradientRun& run);

struct CalibrationOptions {
  double seconds = 1;  ///< to spend, about; two words are read at least
  SecondsClock clock = steady_seconds;
  /// Seconds so far of which the times shall not count, such as those that a sink spends.
  SecondsClock uncounted = [] { return 0.0; };
};

/// Reads the first words of a pass, with the memory of the whole pass, and takes their times. The
/// first word is left out when others follow: it finds cold caches and sleeping threads.
/// @param basis as in GradientOptions
/// @param sink sees the blocks of these words, and neither begin() nor finish()
/// @throws as StateGradientEngine
template <class Real>
[[nodiscard]] std::vector<WordTime> time_words(const LanguageModel<Real>& model,
                                               const GradientRun& run,
                                               std::span<const double> basis, GradientSink& sink,
                                               ThreadTeam& team, const CalibrationOptions& options);

}  // namespace stategrad::gradient

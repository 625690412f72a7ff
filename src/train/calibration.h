// SPDX-License-Identifier: MIT
//
// How long training and evaluation will take, and how much memory and disk, from a few windows of
// the real sizes.
#pragma once

#include <cstdint>

#include "base/timing.h"
#include "stategrad/language_model.h"
#include "stategrad/thread_team.h"
#include "train/evaluate.h"
#include "train/trainer.h"

namespace stategrad::train {

/// What is left to do of a training, and what that takes.
struct TrainingForecast {
  int epochs = 0;             ///< left; with early stopping at most
  std::int64_t windows = 0;   ///< left to train on, in all epochs
  double window_seconds = 0;  ///< of a window: forward, backward, update
  double valid_seconds = 0;   ///< of a validation
  double memory = 0;          ///< bytes that the process holds at most
  double disk = 0;            ///< bytes of the weights when all is done
  /// Saving is not counted: it depends on the disk, and takes little beside epochs of minutes.
  [[nodiscard]] double seconds() const {
    return static_cast<double>(windows) * window_seconds + epochs * valid_seconds;
  }
};

/// Checks what train_model() would refuse, then times windows of training and of validation in
/// memory. Writes nothing.
/// @throws what train_model() throws before anything is written
[[nodiscard]] TrainingForecast forecast_training(const TrainingJob& job, ThreadTeam& team,
                                                 const TimingOptions& options);

/// The model before the first window of a training, which is as fast as the trained one.
[[nodiscard]] AnyLanguageModel untrained_model(const TrainingJob& job);

/// Seconds that it takes to score a text as evaluate_windows() does.
/// @throws DataError if the text has less than one window
template <class Real>
[[nodiscard]] double forecast_windows(const LanguageModel<Real>& model, const EvaluationText& text,
                                      int streams, int steps, ThreadTeam& team,
                                      const TimingOptions& options);

/// Seconds that it takes to score a text as evaluate_stream() does.
/// @throws DataError if the text has less than two words
template <class Real>
[[nodiscard]] double forecast_stream(const LanguageModel<Real>& model, const EvaluationText& text,
                                     ThreadTeam& team, const TimingOptions& options);

}  // namespace stategrad::train

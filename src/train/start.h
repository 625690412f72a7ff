// SPDX-License-Identifier: MIT
//
// What a training begins with, and whether it may.
#pragma once

#include <cstdint>

#include "model/parameters.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

namespace stategrad::train {

/// Where a training of this job stands before its first window, or where its checkpoint does when
/// it resumes. Checks everything that can be foreseen; writes nothing.
/// @throws what train_model() throws before anything is written
[[nodiscard]] TrainingProgress check_start(const TrainingJob& job, int threads);

/// The weights before the first window.
/// @throws UsageError if the pretrained embeddings do not fit
template <class Real>
[[nodiscard]] Parameters<Real> initial_parameters(const TrainingJob& job, std::uint64_t seed);

}  // namespace stategrad::train

// SPDX-License-Identifier: MIT
//
// What a pass takes of the memory, known before it is taken; and how to do with less.
#pragma once

#include <cstdint>

#include "stategrad/gradient_sink.h"

namespace stategrad::gradient {

/// Bytes that a StateGradientEngine takes beside the model: the ring of sources, 3 D R H numbers
/// per layer (LSTM; else 2 D R H), the norms of its rows, and the linearised and packed weights of
/// a step; with a rank tolerance what a SourceCompressor takes too. A number beyond every memory in
/// place of larger ones.
[[nodiscard]] std::uint64_t engine_bytes(const GradientRun& run, DType dtype, int threads = 1);

/// The most directions that a pass may carry at once for engine_bytes() to stay within a limit,
/// made even over as few readings of the text as possible: R when all fit.
/// @throws ResourceError naming the need of a single direction when even that is too much
[[nodiscard]] int rows_that_fit(const GradientRun& run, DType dtype, std::uint64_t limit,
                                int threads = 1);

}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
//
// What draws each of figure_kinds(). Colours, measures and axes are those that the page shows
// first.
#pragma once

#include "report/figure_parts.h"

namespace stategrad::report {

// Curves over the delay.
[[nodiscard]] Drawing draw_spectrum(const Sketch& sketch);
[[nodiscard]] Drawing draw_classes(const Sketch& sketch);
[[nodiscard]] Drawing draw_cancellation(const Sketch& sketch);
[[nodiscard]] Drawing draw_differences(const Sketch& sketch);
[[nodiscard]] Drawing draw_used(const Sketch& sketch);
[[nodiscard]] Drawing draw_validity(const Sketch& sketch);
[[nodiscard]] Drawing draw_angles(const Sketch& sketch);

// Of words.
[[nodiscard]] Drawing draw_words(const Sketch& sketch);
[[nodiscard]] Drawing draw_sentence(const Sketch& sketch);
[[nodiscard]] Drawing draw_embeddings(const Sketch& sketch);

// Of the rest.
[[nodiscard]] Drawing draw_memory(const Sketch& sketch);
[[nodiscard]] Drawing draw_timescales(const Sketch& sketch);
[[nodiscard]] Drawing draw_confusion(const Sketch& sketch);
[[nodiscard]] Drawing draw_training(const Sketch& sketch);

}  // namespace stategrad::report

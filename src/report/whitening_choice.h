// SPDX-License-Identifier: MIT
//
// Which whitening of the embeddings an evaluation uses.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "analysis/whitening.h"
#include "sinks/class_statistics.h"

namespace stategrad::report {

enum class WhiteningKind {
  kTypes,      ///< every word once: the original's
  kFrequency,  ///< every word as often as it occurs among the sources
  kShrunk,     ///< every word once, shrunk towards the diagonal
  kZca,        ///< every word once, with the symmetric root
};

struct WhiteningChoice {
  WhiteningKind kind = WhiteningKind::kTypes;
  /// λ; none: the estimated one for kShrunk, 0 for others.
  std::optional<double> shrinkage = {};
};

/// types, frequency, shrunk, zca.
[[nodiscard]] std::string_view to_string(WhiteningKind kind);
/// @throws UsageError naming the text and what was expected
[[nodiscard]] WhiteningKind parse_whitening_kind(std::string_view text);

/// @throws UsageError if the shrinkage is not from 0 to 1, or is given for kTypes, which has none
void check(const WhiteningChoice& choice);

/// What whiten() shall do; counts of words are those of the first state at delay 0.
[[nodiscard]] analysis::WhiteningOptions whitening_options(const WhiteningChoice& choice,
                                                           const sinks::ClassStatistics& head);

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// A pass of state gradients before its first word.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "cli/gradient_pass.h"
#include "sinks/forecast.h"
#include "sinks/output_rules.h"
#include "stategrad/language_model.h"

namespace stategrad::cli {

/// Checked, and nothing changed.
struct PassPlan {
  GradientOptions options;  ///< the sources that were asked for, and rows_at_once
  GradientRun run;
  sinks::OutputForecast output;
  std::optional<sinks::ExistingOutput> existing;
  int readings = 1;          ///< of the text
  std::uint64_t memory = 0;  ///< that the process will hold at most, about
};

/// Words that a pass reads.
[[nodiscard]] std::int64_t words_of(const GradientRun& run);
/// State gradients that it computes.
[[nodiscard]] std::int64_t blocks_of(const GradientRun& run);

/// Says what will be written, fits the pass into the memory limit, by several readings of the text
/// if need be, and refuses what cannot be.
/// @throws UsageError, DataError or ResourceError
template <class Real>
[[nodiscard]] PassPlan plan_pass(const LanguageModel<Real>& model, std::span<const WordId> text,
                                 const PassRequest& request, const Session& session, int threads);

}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
//
// No more positions than are needed for a wanted precision.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "cli/session.h"
#include "sinks/statistics_sums.h"
#include "stategrad/language_model.h"
#include "stategrad/state_gradients.h"
#include "stategrad/thread_team.h"

namespace stategrad::cli {

struct UntilErrorRequest {
  GradientOptions options;  ///< its sources (empty: all) are the most that are used
  double percent = 5;       ///< the error to come below
  std::uint64_t seed = 1;
  std::filesystem::path directory;
  sinks::Provenance provenance;
  int blocks = sinks::kDefaultBlocks;  ///< at least 2
};

struct ErrorReached {
  double percent = 0;  ///< the largest over states and delays
  std::int64_t positions = 0;
  std::int64_t state_gradients = 0;
};

/// Computes state gradients of a growing random sample of the sources, spread over all of the text
/// (gradient/source_sample.h), until the jackknife error of the leading singular value of the mean
/// gradient is below `percent` of it for every state and every delay that occurs, or the sources
/// are used up, which is warned of. Then writes statistics.h5. Says the error of every round.
/// @throws what compute_state_gradients() and write_statistics() throw
template <class Real>
[[nodiscard]] ErrorReached write_until_error(const LanguageModel<Real>& model,
                                             std::span<const WordId> text,
                                             const UntilErrorRequest& request,
                                             const Session& session, ThreadTeam& team);

/// The largest error, in per cent, over the states and the delays that were counted.
/// @param statistics matrices [R, H], as StatisticsSums::so_far() has them
[[nodiscard]] double largest_error_percent(const sinks::Statistics& statistics);

}  // namespace stategrad::cli

// SPDX-License-Identifier: MIT
//
// Linear validity in statistics.h5.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "io/hdf5.h"
#include "sinks/linear_validity.h"
#include "sinks/run_description.h"

namespace stategrad::sinks {

/// How well state gradients predict what a sample of replaced words does: the group /validity.
struct ValidityStatistics {
  std::int64_t asked = 0;                ///< positions asked for, of the whole text
  ReplacementSample sample;              ///< P replacements at sources of the file
  std::vector<std::int32_t> signatures;  ///< [P] of the replaced words
  std::vector<ValidityValues> states;    ///< one per state of the run
};

/// @throws ResourceError or DataError as the writer
void write_validity(io::Hdf5Writer& out, const RunDescription& run,
                    const ValidityStatistics& validity);

/// Nothing if the file has no such group.
/// @param signatures S
/// @throws DataError naming file and array if it was altered
[[nodiscard]] std::optional<ValidityStatistics> read_validity(const io::Hdf5Reader& in,
                                                              const std::filesystem::path& file,
                                                              const RunDescription& run,
                                                              std::int64_t signatures);

/// The samples of all pieces, by rising positions.
/// @param pieces at least one, over other sources, of the same states and as many positions asked
/// @param delays D
[[nodiscard]] ValidityStatistics united(std::span<const ValidityStatistics* const> pieces,
                                        int delays);

}  // namespace stategrad::sinks

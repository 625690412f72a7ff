// SPDX-License-Identifier: MIT
//
// The formats that state gradients can be written in.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

enum class OutputFormat {
  kNpy,         ///< a tree of .npy files, one per state gradient (the original's)
  kNpz,         ///< the same tree with one all.npz per folder
  kHdf5,        ///< gradients.h5: everything in one file
  kStatistics,  ///< statistics.h5: sums, no single gradients
  kNull,        ///< nothing, for timing
};

/// "npy", "npz", "hdf5", "statistics" or "null".
[[nodiscard]] std::string_view to_string(OutputFormat format);

/// Names separated by commas, each once, in the order of the enumeration.
/// @throws UsageError for an empty list or an unknown name, naming the nearest known one
[[nodiscard]] std::vector<OutputFormat> parse_output_formats(std::string_view names);

/// Whether any of the formats writes files, so that an output folder is needed.
[[nodiscard]] bool writes_files(std::span<const OutputFormat> formats);

/// Whether any of the formats exists for windowed gradients only (npy and npz).
[[nodiscard]] bool needs_windows(std::span<const OutputFormat> formats);

/// Whether any of the formats holds every single state gradient (npy, npz, hdf5), so that a pass
/// must carry all of their rows at once.
[[nodiscard]] bool keeps_matrices(std::span<const OutputFormat> formats);

/// Whether gradients in these formats are windowed unless the user says otherwise (npy, npz, hdf5).
[[nodiscard]] bool windowed_by_default(std::span<const OutputFormat> formats);

/// For formats whose files have a place for every source.
/// @throws UsageError if the run is of a part of the sources
void require_all_sources(const GradientRun& run);

}  // namespace stategrad::sinks

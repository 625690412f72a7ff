// SPDX-License-Identifier: MIT
//
// A trained probe as a file.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/probe_search.h"

namespace stategrad::analysis {

struct ProbeFile {
  std::vector<std::string> class_names;  ///< of the classes 0, 1, ...
  ProbeScore chosen;                     ///< parameters, and their score in cross-validation
  Probe probe;
};

/// Writes JSON (docs/formats.md). Atomic.
void write_probe(const std::filesystem::path& file, const ProbeFile& probe);

/// @throws DataError: missing, no JSON, another format or version, sizes that do not fit, numbers
///   that are not finite
[[nodiscard]] ProbeFile read_probe(const std::filesystem::path& file);

/// "multinomial" or "ovr", scikit-learn's names.
[[nodiscard]] std::string to_string(ProbeScheme scheme);

}  // namespace stategrad::analysis

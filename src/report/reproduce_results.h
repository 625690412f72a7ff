// SPDX-License-Identifier: MIT
//
// Where an analysis comes from: what its statistics.h5 does not know, kept beside it in
// analysis.json, so that `report` can tell it too.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "report/result_part.h"

namespace stategrad::report {

constexpr const char* kAnalysisFileName = "analysis.json";

/// How to make the results again.
struct Reproduce {
  std::vector<std::string> commands;  ///< one after the other, as a shell takes them
  std::string version;                ///< of the program
  std::uint64_t seed = 1;
  int threads = 1;
  std::string machine;
  std::string compiler;
  std::string kernels;  ///< instruction set of the kernels
};

/// Writes analysis.json.
/// @param fingerprints of model and text, by which read_analysis_json() knows its own statistics.h5
/// @param training training_json(); null where there is none
/// @throws DataError or ResourceError naming the file
void write_analysis_json(const std::filesystem::path& directory, const Reproduce& reproduce,
                         const Json& fingerprints, const Json& training);

/// The content of analysis.json; null if there is none, or if it is of another model or text.
/// @throws DataError if it is no such file, or damaged
[[nodiscard]] Json read_analysis_json(const std::filesystem::path& directory,
                                      const Json& fingerprints);

/// Each a key of summary.json, as it stands in analysis.json.
/// @param analysis read_analysis_json()
[[nodiscard]] ResultPart reproduce_part(const Json& analysis);
[[nodiscard]] ResultPart training_part(const Json& analysis);

}  // namespace stategrad::report

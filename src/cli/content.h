// SPDX-License-Identifier: MIT
//
// What is in a file or folder, recognised by its content whatever its name: the work of `info`.
#pragma once

#include <filesystem>
#include <optional>

#include "io/table.h"
#include "sinks/run_description.h"

namespace stategrad::cli {

struct Content {
  sinks::Facts facts;             ///< the first one, "kind", says what it is
  std::optional<io::Table> rows;  ///< what there are several of, such as delays or tensors
};

/// A model directory, a folder of state gradients, or a file as describe_file().
/// @throws DataError naming file, place and what was expected: missing, unreadable, truncated,
///   altered, or of an unknown kind
[[nodiscard]] Content describe_path(const std::filesystem::path& path);

/// statistics.h5, gradients.h5, npy, npz or safetensors.
[[nodiscard]] Content describe_file(const std::filesystem::path& file);

/// A model directory. Its weights are read and checked.
[[nodiscard]] Content describe_model(const std::filesystem::path& directory);

/// What gradients left in a folder: statistics.h5, gradients.h5, matrices in folders delay_<d>. A
/// row per file or folder of matrices. Of every file the header and the size are checked. Links to
/// folders are not followed.
/// @throws DataError also if there is nothing of that kind
[[nodiscard]] Content describe_results(const std::filesystem::path& directory);

/// This program: version, build, libraries, instruction set, cores and memory.
/// @param threads that a command would use
/// @throws UsageError if STATEGRAD_ISA names no level that can run here
[[nodiscard]] Content describe_program(int threads);

/// "256 x 64"; "1" for a single number.
[[nodiscard]] std::string shape_in_words(const std::vector<std::int64_t>& shape);

}  // namespace stategrad::cli

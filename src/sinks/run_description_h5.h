// SPDX-License-Identifier: MIT
//
// What the HDF5 files of this room have in common: who wrote them, what is in them, whether they
// are complete, and the description of the pass.
//
//   /                     attributes: magic (text), version (integer), complete (1)
//   /run                  attributes, texts:    program, model, model_fingerprint, text,
//                                               text_fingerprint, vocabulary_fingerprint, dtype,
//                                               cell
//                         attributes, integers: reset_after, num_layers, vocab_size,
//                                               embedding_size, size, words, max_delay, rows,
//                                               windowed, num_steps, num_windows
//   /run/states           [S] texts: cell or hidden
//   /run/layers           [S] int64: the layers of these states
//   /run/time_steps       [number of time steps] int64, rising; of a windowed pass only
//   /run/sources          [number of sources] int64, rising: positions of the words x; absent when
//                         they are all
//   /run/basis            [R, E] float64: directions; absent when they are the E dimensions
//   /run/rank_tolerance   [1] float64: what it was, above 0 and below 1; absent when exact
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "io/hdf5.h"
#include "sinks/run_description.h"

namespace stategrad::sinks {

/// What a file says of itself first.
struct FileKind {
  std::string_view magic;
  std::int64_t version = 1;  ///< rises when an older program would misread the file
};

inline constexpr FileKind kStatisticsKind = {"stategrad statistics", 2};
inline constexpr FileKind kGradientsKind = {"stategrad gradients", 1};

/// Begins a file: magic and version, then the description.
void write_head(io::Hdf5Writer& out, const FileKind& kind, const RunDescription& run);
/// The mark of a complete file, written last.
void write_complete(io::Hdf5Writer& out);

/// @returns the version of the file
/// @throws DataError unless the file is of this kind, of a version up to the kind's, and complete
std::int64_t check_head(const io::Hdf5Reader& in, const std::filesystem::path& file,
                        const FileKind& kind);

/// @throws DataError naming the field that is missing, of another type or makes no sense
[[nodiscard]] RunDescription read_run(const io::Hdf5Reader& in, const std::filesystem::path& file);

/// The group of a state's arrays: "/<state>/layer_<l>".
[[nodiscard]] std::string group_of(const StateOfLayer& state);

/// Upper bound of what write_head() and write_complete() add to a file.
[[nodiscard]] std::uint64_t head_bound(const GradientRun& run);

}  // namespace stategrad::sinks

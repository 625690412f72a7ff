// SPDX-License-Identifier: MIT
//
// How much a pass is going to write, known before anything is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "sinks/output_format.h"
#include "sinks/statistics_file.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

/// Sizes too large for 64 bits are the largest number.
struct OutputForecast {
  std::uint64_t files = 0;
  std::uint64_t folders = 0;  ///< below the output folder
  std::uint64_t bytes = 0;    ///< sum of the sizes of the files when all are there
  bool upper_bound = false;   ///< bytes is that of uncompressed data: there will be less
  std::map<std::uint64_t, std::uint64_t> files_of_size;  ///< how many of each size
  std::uint64_t scratch_bytes = 0;  ///< needed beside `bytes` while files are compressed
  std::uint64_t memory = 0;         ///< that the sinks hold during the pass, about
  std::uint64_t memory_at_end = 0;  ///< that they take besides when the engine's is given back
};

/// npy is exact to the byte, mapping.txt included; npz and hdf5 are what they would be if nothing
/// could be compressed; statistics is exact but for HDF5's own tables (an upper bound too).
/// @param dtype precision of the pass
/// @param blocks of the text, for statistics
/// @throws UsageError for npy or npz if the run is not windowed, and for npy, npz or hdf5 if it is
///   of a part of the sources: their layout is that of all
[[nodiscard]] OutputForecast forecast_output(const GradientRun& run,
                                             std::span<const OutputFormat> formats, DType dtype,
                                             int blocks = kDefaultBlocks);

/// "will write 3,650 files, 239.2 MB to gradients/x", with "at most 239.2 MB" for an upper bound;
/// "will write nothing" for no file.
[[nodiscard]] std::string to_line(const OutputForecast& forecast,
                                  const std::filesystem::path& directory);

/// @param directory need not exist: the disk is that of its nearest existing parent
/// @param reclaimed_bytes, reclaimed_files what will be removed from there first
/// @throws ResourceError naming need, what there is, and what to do, when the disk of the directory
///   has less room (sizes rounded up to the blocks of the disk) or fewer free files; DataError if
///   the disk does not say
void require_space(const OutputForecast& forecast, const std::filesystem::path& directory,
                   std::uint64_t reclaimed_bytes = 0, std::uint64_t reclaimed_files = 0);

}  // namespace stategrad::sinks

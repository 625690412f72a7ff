// SPDX-License-Identifier: MIT
//
// How much a pass is going to write, known before anything is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "sinks/output_format.h"
#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

struct OutputForecast {
  std::uint64_t files = 0;
  std::uint64_t folders = 0;
  std::uint64_t bytes = 0;   ///< sum of the sizes of the files when all are there
  bool upper_bound = false;  ///< bytes is that of uncompressed data: there will be less
};

/// npy is exact to the byte, mapping.txt included; npz and hdf5 are what they would be if nothing
/// could be compressed; statistics is exact but for HDF5's own tables (an upper bound too).
/// @param dtype precision of the pass
[[nodiscard]] OutputForecast forecast_output(const GradientRun& run,
                                             std::span<const OutputFormat> formats, DType dtype);

/// "will write 3,650 files, 239.2 MB to gradients/x", or "at most 239.2 MB" for an upper bound;
/// "will write nothing" for no file.
[[nodiscard]] std::string to_line(const OutputForecast& forecast,
                                  const std::filesystem::path& directory);

/// @param directory need not exist: the disk is that of its nearest existing parent
/// @param reclaimed bytes and files that will be removed from there first
/// @throws ResourceError naming need, what there is, and what to do, when the disk of the directory
///   has less room (sizes rounded up to the blocks of the disk) or fewer free files
void require_space(const OutputForecast& forecast, const std::filesystem::path& directory,
                   std::uint64_t reclaimed_bytes = 0, std::uint64_t reclaimed_files = 0);

/// A number with a comma after every three digits: 3,650.
[[nodiscard]] std::string with_commas(std::uint64_t number);
/// 982 B, 65.7 kB, 239.2 MB, 1.2 GB (powers of 1000).
[[nodiscard]] std::string readable_bytes(std::uint64_t bytes);

}  // namespace stategrad::sinks

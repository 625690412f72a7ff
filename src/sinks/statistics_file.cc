// SPDX-License-Identifier: MIT
#include "sinks/statistics_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "io/hdf5.h"
#include "sinks/checked_arrays.h"
#include "sinks/run_description_h5.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

std::string place_of(const StateOfLayer& state, const char* array) {
  return group_of(state) + "/" + array;
}

/// The number of blocks that an array [D, K] has.
int blocks_of(const io::Hdf5Reader& in, const std::filesystem::path& file,
              const std::string& path) {
  constexpr std::int64_t kMostBlocks = 1 << 24;
  const io::Shape shape = in.shape(path);
  if (shape.size() != 2 || shape[1] < 1 || shape[1] > kMostBlocks) {
    throw DataError(file.string(), path,
                    "not of the shape [delays, blocks] with at least one block");
  }
  return static_cast<int>(shape[1]);
}

/// The shape of an array of a state; version 1 had no blocks.
io::Shape shape_of(const RunDescription& run, int blocks, bool matrices, std::int64_t version) {
  io::Shape shape = {run.max_delay};
  if (version > 1) shape.push_back(blocks);
  if (matrices) shape.insert(shape.end(), {run.architecture.size, run.rows});
  return shape;
}

StateStatistics read_state(const CheckedArrays& arrays, const Statistics& statistics,
                           const StateOfLayer& state, std::int64_t version) {
  const RunDescription& run = statistics.run;
  const io::Shape sizes = shape_of(run, statistics.blocks, false, version);
  StateStatistics out;
  out.state = state;
  out.count = arrays.read_counts(place_of(state, "count"), sizes, run.words);
  out.squared_norm = arrays.read_sizes<double>(place_of(state, "squared_norm"), sizes);
  out.sum =
      arrays.read_matrices(place_of(state, "sum"), shape_of(run, statistics.blocks, true, version));
  return out;
}

}  // namespace

DelaySums sums_over_blocks(const StateStatistics& state, int blocks, int delay) {
  const std::size_t numbers = state.sum.size() / state.count.size();
  DelaySums total;
  total.sum.resize(numbers);
  const auto first = static_cast<std::size_t>(delay) * static_cast<std::size_t>(blocks);
  for (std::size_t i = first; i < first + static_cast<std::size_t>(blocks); ++i) {
    total.count += state.count[i];
    total.squared_norm += state.squared_norm[i];
    const double* sum = state.sum.data() + i * numbers;
    std::transform(total.sum.begin(), total.sum.end(), sum, total.sum.begin(), std::plus());
  }
  return total;
}

void write_statistics(const std::filesystem::path& file, const Statistics& statistics) {
  std::uint64_t bytes = 0;
  for (const StateStatistics& state : statistics.states) bytes += 8 * state.sum.size();
  io::Hdf5Writer out(file,
                     bytes <= kMostInMemory ? io::Hdf5Storage::kMemory : io::Hdf5Storage::kDisk);
  const RunDescription& run = statistics.run;
  write_head(out, kStatisticsKind, run);
  for (const StateStatistics& state : statistics.states) {
    const io::Shape sizes = shape_of(run, statistics.blocks, false, kStatisticsKind.version);
    out.write<std::int64_t>(place_of(state.state, "count"), sizes, state.count);
    out.write<double>(place_of(state.state, "squared_norm"), sizes, state.squared_norm);
    out.write<double>(place_of(state.state, "sum"),
                      shape_of(run, statistics.blocks, true, kStatisticsKind.version), state.sum);
  }
  write_complete(out);
  out.commit();
}

Statistics read_statistics(const std::filesystem::path& file) {
  const io::Hdf5Reader in(file);
  const std::int64_t version = check_head(in, file, kStatisticsKind);
  Statistics statistics;
  statistics.run = read_run(in, file);
  const CheckedArrays arrays(in, file);
  if (version > 1) {
    statistics.blocks = blocks_of(in, file, place_of(statistics.run.states.front(), "count"));
  }
  for (const StateOfLayer& state : statistics.run.states) {
    statistics.states.push_back(read_state(arrays, statistics, state, version));
  }
  return statistics;
}

}  // namespace stategrad::sinks

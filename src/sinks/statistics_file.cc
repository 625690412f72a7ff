// SPDX-License-Identifier: MIT
#include "sinks/statistics_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/memory.h"
#include "io/hdf5.h"
#include "sinks/run_description_h5.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

std::string place_of(const StateOfLayer& state, const char* array) {
  return group_of(state) + "/" + array;
}

/// An array of the file, of the shape that the description asks for.
class Arrays {
 public:
  Arrays(const io::Hdf5Reader& in, const std::filesystem::path& file)
      : in_(in), file_(file.string()) {}

  /// Before memory is taken for it.
  void check(const std::string& path, const io::Shape& shape) const {
    const io::Shape found = in_.shape(path);
    if (found != shape) {
      throw DataError(file_, path, "not of the shape that the description of the pass asks for");
    }
    in_.require_stored(path);
  }
  template <class T>
  void read(const std::string& path, const io::Shape& shape, std::span<T> out) const {
    in_.read<T>(path, shape, out);
    const auto bad = std::find_if(
        out.begin(), out.end(), [](T value) { return !std::isfinite(static_cast<double>(value)); });
    if (bad != out.end()) fail(path, bad - out.begin(), "is not finite");
  }
  template <class T>
  void read_sizes(const std::string& path, std::vector<T>& out, std::int64_t count) const {
    check(path, {count});
    out.resize(static_cast<std::size_t>(count));
    read<T>(path, {count}, out);
    const auto bad = std::find_if(out.begin(), out.end(), [](T value) { return value < T{0}; });
    if (bad != out.end()) fail(path, bad - out.begin(), "is below zero");
  }

 private:
  [[noreturn]] void fail(const std::string& path, std::ptrdiff_t index, const char* what) const {
    throw DataError(file_, path, fmt::format("value {} {}: the file was altered", index, what));
  }
  const io::Hdf5Reader& in_;
  std::string file_;
};

StateStatistics read_state(const Arrays& arrays, const RunDescription& run,
                           const StateOfLayer& state) {
  StateStatistics out;
  out.state = state;
  arrays.read_sizes(place_of(state, "count"), out.count, run.max_delay);
  arrays.read_sizes(place_of(state, "squared_norm"), out.squared_norm, run.max_delay);
  const std::string path = place_of(state, "sum");
  const io::Shape shape = {run.max_delay, run.architecture.size, run.rows};
  arrays.check(path, shape);
  const std::size_t numbers =
      out.count.size() * static_cast<std::size_t>(shape[1]) * static_cast<std::size_t>(shape[2]);
  require_memory(numbers * sizeof(double), "the sums of state gradients");
  out.sum = Buffer<double>(numbers);
  arrays.read<double>(path, shape, out.sum);
  return out;
}

}  // namespace

void write_statistics(const std::filesystem::path& file, const Statistics& statistics) {
  std::uint64_t bytes = 0;
  for (const StateStatistics& state : statistics.states) bytes += 8 * state.sum.size();
  io::Hdf5Writer out(file,
                     bytes <= kMostInMemory ? io::Hdf5Storage::kMemory : io::Hdf5Storage::kDisk);
  const RunDescription& run = statistics.run;
  write_head(out, kStatisticsKind, run);
  for (const StateStatistics& state : statistics.states) {
    out.write<std::int64_t>(place_of(state.state, "count"), {run.max_delay}, state.count);
    out.write<double>(place_of(state.state, "squared_norm"), {run.max_delay}, state.squared_norm);
    out.write<double>(place_of(state.state, "sum"),
                      {run.max_delay, run.architecture.size, run.rows}, state.sum);
  }
  write_complete(out);
  out.commit();
}

Statistics read_statistics(const std::filesystem::path& file) {
  const io::Hdf5Reader in(file);
  check_head(in, file, kStatisticsKind);
  Statistics statistics;
  statistics.run = read_run(in, file);
  const Arrays arrays(in, file);
  for (const StateOfLayer& state : statistics.run.states) {
    statistics.states.push_back(read_state(arrays, statistics.run, state));
  }
  return statistics;
}

}  // namespace stategrad::sinks

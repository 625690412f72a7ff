// SPDX-License-Identifier: MIT
#include "sinks/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <span>

#include "io/hdf5.h"
#include "sinks/run_description_h5.h"
#include "sinks/statistics_file.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

double norm_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return std::sqrt(sum);
}

void add_rows(const StateStatistics& state, const Statistics& statistics, io::Table& table) {
  for (int d = 0; d < statistics.run.max_delay; ++d) {
    const DelaySums sums = sums_over_blocks(state, statistics.blocks, d);
    const auto count = static_cast<double>(sums.count);
    io::Cell norm_of_mean;
    io::Cell root_mean_square;
    if (sums.count > 0) {
      norm_of_mean = norm_of(sums.sum) / count;
      root_mean_square = std::sqrt(sums.squared_norm / count);
    }
    table.add({std::string(to_string(state.state.state)), std::int64_t{state.state.layer},
               std::int64_t{d}, sums.count, norm_of_mean, root_mean_square});
  }
}

/// Compares the arrays of a gradients.h5 with its description.
class GradientsFile {
 public:
  explicit GradientsFile(const std::filesystem::path& file) : file_(file), in_(file) {
    check_head(in_, file_, kGradientsKind);
    run_ = read_run(in_, file_);
    check("/vocabulary", {run_.architecture.vocab_size});
    check("/text", {run_.words});
  }

  [[nodiscard]] const RunDescription& run() const { return run_; }

  /// @returns how many state gradients there are
  [[nodiscard]] std::int64_t check_group(const StateOfLayer& state, int delay) const {
    const std::string group = fmt::format("{}/delay_{}/", group_of(state), delay);
    const std::int64_t count = count_at_delay(run_, delay);
    check(group + "gradients", {count, run_.architecture.size, run_.rows});
    check(group + "position", {count});
    check(group + "source", {count});
    if (run_.windowed) {
      check(group + "window", {count});
      check(group + "time_step", {count});
    }
    return count;
  }

 private:
  void check(const std::string& path, const io::Shape& expected) const {
    const io::Shape found = in_.shape(path);
    if (found == expected) return;
    throw DataError(file_.string(), path,
                    fmt::format("the shape is [{}] where [{}] was expected", fmt::join(found, ", "),
                                fmt::join(expected, ", ")));
  }
  std::filesystem::path file_;
  io::Hdf5Reader in_;
  RunDescription run_;
};

}  // namespace

Description describe_statistics(const std::filesystem::path& file) {
  const Statistics statistics = read_statistics(file);
  Description description{
      facts_of(statistics.run),
      io::Table({"state", "layer", "delay", "count", "norm_of_mean", "root_mean_square_norm"})};
  description.facts.emplace_back("blocks", std::int64_t{statistics.blocks});
  for (const StateStatistics& state : statistics.states) {
    add_rows(state, statistics, description.table);
  }
  return description;
}

Description describe_gradients_h5(const std::filesystem::path& file) {
  const GradientsFile gradients(file);
  const RunDescription& run = gradients.run();
  Description description{facts_of(run), io::Table({"state", "layer", "delay", "count"})};
  for (const StateOfLayer& state : run.states) {
    for (int delay = 0; delay < delays_that_occur(run); ++delay) {
      description.table.add({std::string(to_string(state.state)), std::int64_t{state.layer},
                             std::int64_t{delay}, gradients.check_group(state, delay)});
    }
  }
  return description;
}

std::string magic_of_h5(const std::filesystem::path& file) {
  const io::Hdf5Reader in(file);
  const std::string magic = in.has_attribute("/", "magic") ? in.text_attribute("/", "magic") : "";
  return magic == kStatisticsKind.magic || magic == kGradientsKind.magic ? magic : "";
}

}  // namespace stategrad::sinks

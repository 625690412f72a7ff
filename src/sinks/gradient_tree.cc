// SPDX-License-Identifier: MIT
#include "sinks/gradient_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/atomic_file.h"
#include "sinks/output_format.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

namespace fs = std::filesystem;

fs::path folder_path(const GradientRun& run, const StateOfLayer& state, int time_step, int delay) {
  fs::path path;
  if (run.states.size() > 1) {
    path /= std::string(to_string(state.state));
    path /= fmt::format("layer_{}", state.layer);
  }
  if (run.time_steps.size() > 1) path /= fmt::format("timestep_{}", time_step);
  return path / fmt::format("delay_{}", delay);
}

std::uint64_t decimal_digits(std::int64_t number) {
  std::uint64_t digits = 1;
  for (; number >= 10; number /= 10) ++digits;
  return digits;
}

}  // namespace

GradientTree::GradientTree(const GradientRun& run)
    : first_folder_(static_cast<std::size_t>(std::max(0, run.num_steps))),
      num_steps_(run.num_steps),
      num_windows_(run.num_windows),
      words_(run.vocabulary->words()),
      text_(run.text.begin(), run.text.end()) {
  if (!run.windowed) {
    throw UsageError(
        "npy and npz files are numbered by window: take --windowed, or the format hdf5 or "
        "statistics for continuous state gradients");
  }
  require_all_sources(run);
  for (std::size_t s = 0; s < run.states.size(); ++s) {
    for (const int step : run.time_steps) {
      if (s == 0) first_folder_[static_cast<std::size_t>(step)] = folders_.size();
      for (int delay = 0; delay < std::min(run.max_delay, step + 1); ++delay) {
        folders_.push_back(
            {static_cast<int>(s), step, delay, folder_path(run, run.states[s], step, delay), 0});
      }
    }
    if (s == 0) folders_per_state_ = folders_.size();
  }
}

TreeFolder& GradientTree::folder_of(const BlockKey& key) {
  const std::size_t index = static_cast<std::size_t>(key.state_index) * folders_per_state_ +
                            first_folder_.at(static_cast<std::size_t>(key.time_step)) +
                            static_cast<std::size_t>(key.delay);
  return folders_.at(index);
}

std::uint64_t GradientTree::count_folders() const {
  std::set<fs::path> all;
  for (const TreeFolder& folder : folders_) {
    for (fs::path path = folder.path; !path.empty(); path = path.parent_path()) all.insert(path);
  }
  return all.size();
}

void GradientTree::make_folders(const fs::path& root) const {
  for (const TreeFolder& folder : folders_) stategrad::make_folders(root / folder.path);
}

const std::string& GradientTree::word(std::int64_t position) const {
  return words_[static_cast<std::size_t>(text_[static_cast<std::size_t>(position)])];
}

void GradientTree::append_line(const TreeFolder& folder, std::int64_t window,
                               std::string& out) const {
  const std::int64_t last = window * num_steps_ + folder.time_step;
  const std::int64_t source = last - folder.delay;
  fmt::format_to(std::back_inserter(out), "{}\t{}\t", window, word(source));
  for (std::int64_t position = source; position <= last; ++position) {
    out += word(position);
    out += '-';
  }
  out += '\n';
}

std::uint64_t GradientTree::mapping_size(const TreeFolder& folder) const {
  std::uint64_t size = 0;
  for (std::int64_t window = 0; window < num_windows_; ++window) {
    const std::int64_t last = window * num_steps_ + folder.time_step;
    const std::int64_t source = last - folder.delay;
    size += decimal_digits(window) + 1 + word(source).size() + 1;
    for (std::int64_t position = source; position <= last; ++position) {
      size += word(position).size() + 1;
    }
    size += 1;
  }
  return size;
}

void GradientTree::write_mapping(const fs::path& root, const TreeFolder& folder) const {
  constexpr std::size_t kChunk = 1 << 20;
  AtomicFile file(root / folder.path / kMappingFileName);
  std::string lines;
  for (std::int64_t window = 0; window < folder.written; ++window) {
    append_line(folder, window, lines);
    if (lines.size() >= kChunk) {
      file.write(lines);
      lines.clear();
    }
  }
  file.write(lines);
  file.commit(Durable::kNo);
}

void to_float32(const GradientBlock& block, std::span<float> out) {
  block.transpose_to(out);
  if (std::all_of(out.begin(), out.end(), [](float value) { return std::isfinite(value); })) return;
  throw NumericalError(fmt::format(
      "the state gradient of window {}, time step {} and delay {} is too large for the float32 "
      "numbers of npy and npz files: take the format hdf5",
      block.key.window, block.key.time_step, block.key.delay));
}

}  // namespace stategrad::sinks

// SPDX-License-Identifier: MIT
//
// What the tests of the trees of files share: a pass that can be worked out by hand, a list of
// files and a disk that is full.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "stategrad/gradient_sink.h"

namespace stategrad::sinks {

/// Two windows of three words, "the cat sat" and "on the mat"; H = 2, R = 3. The state gradient
/// [H, R] of state s in window k at time step t and delay d holds the numbers
/// 10000 s + 1000 k + 100 t + 10 d + 0, 1, ..., 5.
class SmallRun {
 public:
  static constexpr int kSize = 2;
  static constexpr int kRows = 3;

  explicit SmallRun(std::vector<int> time_steps, int max_delay = 2,
                    std::vector<StateOfLayer> states = {{StateKind::kCell, 0}}) {
    run.architecture = {
        .num_layers = 2, .vocab_size = vocabulary_.size(), .embedding_size = kRows, .size = kSize};
    run.vocabulary = &vocabulary_;
    run.text = text_;
    run.states = std::move(states);
    run.max_delay = max_delay;
    run.rows = kRows;
    run.windowed = true;
    run.num_steps = 3;
    run.num_windows = 2;
    run.time_steps = std::move(time_steps);
    for (const int step : run.time_steps) {
      run.num_blocks_per_state += run.num_windows * std::min(max_delay, step + 1);
    }
  }
  SmallRun(const SmallRun&) = delete;
  SmallRun& operator=(const SmallRun&) = delete;

  /// Makes the pass as the engine does, over so many words.
  template <class Real = float>
  void play(GradientSink& sink,
            std::int64_t words = std::numeric_limits<std::int64_t>::max()) const {
    for (std::int64_t position = 0; position < std::min(words, run.num_windows * run.num_steps);
         ++position) {
      const int step = static_cast<int>(position % run.num_steps);
      if (std::count(run.time_steps.begin(), run.time_steps.end(), step) == 0) continue;
      for (int state = 0; state < static_cast<int>(run.states.size()); ++state) {
        for (int delay = 0; delay < std::min(run.max_delay, step + 1); ++delay) {
          push<Real>(sink, {.state_index = state,
                            .position = position,
                            .window = position / run.num_steps,
                            .time_step = step,
                            .delay = delay,
                            .source = text_[static_cast<std::size_t>(position - delay)]});
        }
      }
      sink.end_position(position);
    }
  }

  GradientRun run;

 private:
  template <class Real>
  static void push(GradientSink& sink, const BlockKey& key) {
    const auto first = static_cast<Real>(10000 * key.state_index + 1000 * key.window +
                                         100 * key.time_step + 10 * key.delay);
    std::vector<Real> values(kSize * kRows);
    for (std::size_t h = 0; h < kSize; ++h) {
      for (std::size_t r = 0; r < kRows; ++r) {
        values[r * kSize + h] = first + static_cast<Real>(h * kRows + r);
      }
    }
    if (!sink.wants(key)) return;
    sink.push({.key = key, .rows = kRows, .size = kSize, .values = values.data()});
  }

  Vocabulary vocabulary_{{"the", "cat", "sat", "on", "mat", "<eos>", "dog"}};
  std::vector<WordId> text_{0, 1, 2, 3, 0, 4, 5, 0, 6};
};

/// The files below a folder, sorted, relative to it.
inline std::vector<std::string> files_below(const std::filesystem::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(folder).string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// While it lives, no file can grow beyond so many bytes: what a full disk does.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace stategrad::sinks

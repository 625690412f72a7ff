// SPDX-License-Identifier: MIT
//
// The progress line of a long command.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace stategrad {

/// Shows how far a task is, how fast it goes and how long it will take.
///
/// Nothing is shown in the first two seconds. On a terminal one line is rewritten in place five
/// times a second at most; elsewhere a line is added every ten seconds. Costs one look at the clock
/// per update.
class Progress {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  /// @param label what is done, such as "epoch 3"
  /// @param unit  what is counted, in the plural, such as "words"
  /// @param total how many there are; 0: not known
  Progress(std::ostream& stream, bool is_terminal, std::string label, std::string unit,
           std::int64_t total, Clock clock = std::chrono::steady_clock::now);
  /// Clears the line of a terminal.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// @param done  how many are done
  /// @param extra more to say, such as "perplexity 140.3"
  /// @param already how many of `done` were done before this object existed, for the rate
  void update(std::int64_t done, const std::string& extra = "", std::int64_t already = 0);

 private:
  [[nodiscard]] std::string line(std::int64_t done, const std::string& extra, std::int64_t already,
                                 double seconds) const;

  std::ostream& stream_;
  bool is_terminal_;
  std::string label_;
  std::string unit_;
  std::int64_t total_;
  Clock clock_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point next_;
  std::size_t shown_ = 0;  ///< width of the line on the terminal
};

}  // namespace stategrad

// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace spdlog {
class logger;
}

namespace stategrad {

/// The log file of one run: time-stamped lines, flushed one by one.
class RunLog {
 public:
  /// Opens folder/name, or name.1, name.2 … if that exists: a log is never overwritten.
  /// @throws DataError if the folder or file cannot be made
  RunLog(const std::filesystem::path& folder, const std::string& name);
  ~RunLog();

  void line(const std::string& text);
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace stategrad

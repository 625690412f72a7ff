// SPDX-License-Identifier: MIT
#include "base/run_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <unistd.h>

#include <cerrno>

#include "base/atomic_file.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

/// Makes the first free name, so that two runs at once cannot take the same one.
std::filesystem::path claim(const std::filesystem::path& wanted) {
  for (int number = 0;; ++number) {
    std::filesystem::path path = wanted;
    if (number > 0) path += fmt::format(".{}", number);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) {
      ::close(descriptor);
      return path;
    }
    if (errno != EEXIST) throw_file_error(path, "write the log", errno);
  }
}

}  // namespace

RunLog::RunLog(const std::filesystem::path& folder, const std::string& name) {
  make_folders(folder);
  path_ = claim(folder / name);
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(path_.string());
    logger_ = std::make_unique<spdlog::logger>("run", std::move(sink));
  } catch (const spdlog::spdlog_ex& e) {
    throw DataError(path_.string(), "", fmt::format("cannot write the log: {}", e.what()));
  }
  logger_->set_pattern("%Y-%m-%d %H:%M:%S %v");
  logger_->flush_on(spdlog::level::info);
  // A full disk must not end a training because of its log.
  logger_->set_error_handler([](const std::string&) {});
}

RunLog::~RunLog() = default;

void RunLog::line(const std::string& text) { logger_->info(text); }

}  // namespace stategrad

// SPDX-License-Identifier: MIT
#include "base/memory.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

#include "base/text_format.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

constexpr auto kUnlimited = std::numeric_limits<std::uintmax_t>::max();

constexpr const char* kControlGroupLimit = "/sys/fs/cgroup/memory.max";

std::uintmax_t number_in(const char* file) {
  std::ifstream stream(file);
  std::uintmax_t value = 0;
  return stream >> value ? value : kUnlimited;
}

/// The bytes of a line such as "VmHWM: 1234 kB" of one of the system's tables.
std::uintmax_t bytes_in(const char* file, std::string_view name) {
  std::ifstream stream(file);
  std::string line;
  while (std::getline(stream, line)) {
    if (!line.starts_with(name)) continue;
    std::istringstream rest(line.substr(name.size()));
    std::uintmax_t kilobytes = 0;
    return rest >> kilobytes ? kilobytes * 1024 : kUnlimited;
  }
  return kUnlimited;
}

std::uintmax_t available_in_control_group() {
  const std::uintmax_t limit = number_in(kControlGroupLimit);
  const std::uintmax_t used = number_in("/sys/fs/cgroup/memory.current");
  if (limit == kUnlimited || used == kUnlimited) return kUnlimited;
  return limit > used ? limit - used : 0;
}

}  // namespace

std::uintmax_t available_memory() {
  return std::min(bytes_in("/proc/meminfo", "MemAvailable:"), available_in_control_group());
}

std::uintmax_t total_memory() {
  return std::min(bytes_in("/proc/meminfo", "MemTotal:"), number_in(kControlGroupLimit));
}

std::uintmax_t peak_memory() {
  // The system's usage counts what the process was that started this program, too.
  const std::uintmax_t most = bytes_in("/proc/self/status", "VmHWM:");
  if (most != kUnlimited) return most;
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uintmax_t>(usage.ru_maxrss) * 1024;
}

std::uintmax_t resident_memory() {
  std::ifstream stream("/proc/self/statm");
  std::uintmax_t all = 0;
  std::uintmax_t resident = 0;
  const long page = sysconf(_SC_PAGE_SIZE);
  if (page > 0 && stream >> all >> resident) return resident * static_cast<std::uintmax_t>(page);
  return peak_memory();
}

void require_memory(std::uintmax_t bytes, std::string_view purpose) {
  const std::uintmax_t available = available_memory();
  if (bytes > available) {
    throw ResourceError(fmt::format("not enough memory for {}: {} needed, {} available", purpose,
                                    format_bytes(bytes), format_bytes(available)));
  }
}

}  // namespace stategrad

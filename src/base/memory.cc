// SPDX-License-Identifier: MIT
#include "base/memory.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>
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

std::uintmax_t of_system(std::string_view wanted) {
  std::ifstream stream("/proc/meminfo");
  std::string key;
  std::uintmax_t kilobytes = 0;
  std::string rest;
  while (stream >> key >> kilobytes) {
    if (key == wanted) return kilobytes * 1024;
    std::getline(stream, rest);
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
  return std::min(of_system("MemAvailable:"), available_in_control_group());
}

std::uintmax_t total_memory() {
  return std::min(of_system("MemTotal:"), number_in(kControlGroupLimit));
}

std::uintmax_t peak_memory() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uintmax_t>(usage.ru_maxrss) * 1024;
}

void require_memory(std::uintmax_t bytes, std::string_view purpose) {
  const std::uintmax_t available = available_memory();
  if (bytes > available) {
    throw ResourceError(fmt::format("not enough memory for {}: {} needed, {} available", purpose,
                                    format_bytes(bytes), format_bytes(available)));
  }
}

}  // namespace stategrad

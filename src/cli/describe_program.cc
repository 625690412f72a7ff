// SPDX-License-Identifier: MIT
#include <cblas.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5.h>
#include <spdlog/version.h>
#include <unistd.h>
#include <zip.h>

#include <CLI/Version.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/memory.h"
#include "base/text_format.h"
#include "cli/content.h"
#include "cli/reproduce.h"
#include "kernels/isa.h"
#include "stategrad/version.h"

namespace stategrad::cli {
namespace {

std::string hdf5_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return fmt::format("{}.{}.{}", major, minor, release);
}

std::string fmt_version() {
  return fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
}

std::string available_levels() {
  std::vector<std::string> names;
  for (const kernels::Isa isa : kernels::available_isas()) names.emplace_back(to_string(isa));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string memory_of_machine() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGE_SIZE);
  if (pages < 0 || page < 0) return "unknown";
  return format_bytes(static_cast<std::uintmax_t>(pages) * static_cast<std::uintmax_t>(page));
}

std::string memory_for_this_process() {
  const std::uintmax_t bytes = available_memory();
  return bytes == std::numeric_limits<std::uintmax_t>::max() ? "unknown" : format_bytes(bytes);
}

}  // namespace

Content describe_program(int threads) {
  return {
      {{"kind", "program"},
       {"version", "stategrad " STATEGRAD_VERSION},
       {"build", STATEGRAD_BUILD_TYPE},
       {"compiler", compiler()},
       {"openblas", openblas_get_config()},
       {"hdf5", hdf5_version()},
       {"libzip", zip_libzip_version()},
       {"fmt", fmt_version()},
       {"spdlog", fmt::format("{}.{}.{}", SPDLOG_VER_MAJOR, SPDLOG_VER_MINOR, SPDLOG_VER_PATCH)},
       {"nlohmann_json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR,
                                     NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)},
       {"cli11", CLI11_VERSION},
       {"instruction_set", std::string(to_string(kernels::active_isa()))},
       {"instruction_sets", available_levels() + " (STATEGRAD_ISA=LEVEL in the environment forces "
                                                 "one)"},
       {"cores", std::int64_t{std::thread::hardware_concurrency()}},
       {"threads", std::int64_t{threads}},
       {"memory", memory_of_machine()},
       {"memory_available", memory_for_this_process()}},
      std::nullopt};
}

}  // namespace stategrad::cli

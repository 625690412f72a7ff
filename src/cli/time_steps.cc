// SPDX-License-Identifier: MIT
#include "cli/time_steps.h"

#include <fmt/format.h>

#include <charconv>
#include <set>
#include <system_error>

#include "stategrad/errors.h"

namespace stategrad::cli {
namespace {

/// Longer ranges than any window are typing errors, and must not fill the memory.
constexpr int kLargest = 1'000'000;

int parse_step(std::string_view part, std::string_view text) {
  int value = -1;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
  if (error != std::errc{} || end != part.data() + part.size() || value < 0 || value > kLargest) {
    throw UsageError(fmt::format("--time-step '{}': '{}' is not a step: give 7, 0,5,49, 0-9 or all",
                                 text, part));
  }
  return value;
}

}  // namespace

std::vector<int> parse_time_steps(std::string_view text) {
  if (text == "all") return {};
  std::set<int> steps;
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = rest.substr(0, comma);
    const std::size_t dash = part.find('-', 1);
    const int first = parse_step(part.substr(0, dash), text);
    const int last =
        dash == std::string_view::npos ? first : parse_step(part.substr(dash + 1), text);
    if (last < first) {
      throw UsageError(fmt::format("--time-step '{}': the range {} falls", text, part));
    }
    for (int step = first; step <= last; ++step) steps.insert(step);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return {steps.begin(), steps.end()};
}

}  // namespace stategrad::cli

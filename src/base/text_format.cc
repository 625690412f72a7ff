// SPDX-License-Identifier: MIT
#include "base/text_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "stategrad/errors.h"

namespace stategrad {
namespace {

/// Longer words than any candidate plausibly misspelt need no table of distances.
constexpr std::size_t kLongestWord = 64;

template <class Real>
std::string shortest(Real value) {
  std::array<char, 64> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), error == std::errc{} ? end : text.data()};
}

/// Optimal string alignment distance.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) table[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) table[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[a.size()][b.size()];
}

struct Closest {
  const std::string* candidate = nullptr;
  std::size_t distance = 0;
};

Closest find_closest(std::string_view word, std::span<const std::string> candidates) {
  Closest best;
  for (const std::string& candidate : candidates) {
    // No distance is below the difference of the lengths.
    const std::size_t least =
        std::max(word.size(), candidate.size()) - std::min(word.size(), candidate.size());
    if (best.candidate != nullptr && least >= best.distance) continue;
    const std::size_t distance = edits(word, candidate);
    if (best.candidate == nullptr || distance < best.distance) best = {&candidate, distance};
  }
  return best;
}

}  // namespace

std::string format_number(double value) { return shortest(value); }
std::string format_number(float value) { return shortest(value); }

std::string format_count(std::int64_t count) {
  std::string digits = fmt::format("{}", count);
  const std::size_t first = count < 0 ? 1 : 0;
  for (std::size_t i = digits.size(); i > first + 3;) {
    i -= 3;
    digits.insert(i, 1, ',');
  }
  return digits;
}

std::string format_bytes(std::uintmax_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"kB", "MB", "GB", "TB", "PB", "EB"};
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::optional<std::uintmax_t> parse_bytes(std::string_view text) {
  double number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{}) return std::nullopt;
  std::string unit;
  for (const char c : std::string_view(end, static_cast<std::size_t>(last - end))) {
    if (c != ' ') unit += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  }
  if (unit.ends_with('B')) unit.pop_back();
  double base = 1000;
  if (unit.size() == 2 && unit[1] == 'I') {
    base = 1024;
    unit.pop_back();
  }
  constexpr std::string_view kPowers = "KMGT";
  double factor = 1;
  if (!unit.empty()) {
    const std::size_t power = kPowers.find(unit);
    if (power == std::string_view::npos) return std::nullopt;
    factor = std::pow(base, static_cast<double>(power + 1));
  }
  const double bytes = number * factor;
  constexpr double kMost = 1e18;
  if (!(bytes >= 1 && bytes <= kMost)) return std::nullopt;
  return static_cast<std::uintmax_t>(bytes);
}

std::string format_duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates) {
  if (word.size() > kLongestWord || candidates.empty()) return std::nullopt;
  const Closest best = find_closest(word, candidates);
  if (best.distance > std::max<std::size_t>(1, word.size() / 3)) return std::nullopt;
  return *best.candidate;
}

const std::string& closest(std::string_view word, std::span<const std::string> candidates) {
  if (candidates.empty()) throw InternalError("closest(): no candidates");
  return *find_closest(word.substr(0, kLongestWord), candidates).candidate;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const auto candidate = nearest(word, candidates);
  return candidate ? fmt::format(", did you mean '{}'?", *candidate) : "";
}

}  // namespace stategrad

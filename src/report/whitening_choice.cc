// SPDX-License-Identifier: MIT
#include "report/whitening_choice.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "stategrad/errors.h"

namespace stategrad::report {
namespace {

constexpr std::array<std::pair<WhiteningKind, std::string_view>, 4> kNames = {{
    {WhiteningKind::kTypes, "types"},
    {WhiteningKind::kFrequency, "frequency"},
    {WhiteningKind::kShrunk, "shrunk"},
    {WhiteningKind::kZca, "zca"},
}};

}  // namespace

std::string_view to_string(WhiteningKind kind) {
  for (const auto& [value, name] : kNames) {
    if (value == kind) return name;
  }
  throw InternalError("a whitening without a name");
}

WhiteningKind parse_whitening_kind(std::string_view text) {
  for (const auto& [value, name] : kNames) {
    if (name == text) return value;
  }
  throw UsageError(
      fmt::format("--whitening '{}': types, frequency, shrunk or zca was expected", text));
}

void check(const WhiteningChoice& choice) {
  if (!choice.shrinkage) return;
  if (!(*choice.shrinkage >= 0 && *choice.shrinkage <= 1)) {
    throw UsageError(
        fmt::format("--shrinkage {}: a number from 0 to 1 was expected", *choice.shrinkage));
  }
  if (choice.kind == WhiteningKind::kTypes) {
    throw UsageError(
        fmt::format("--shrinkage {}: the whitening 'types' has none, give --whitening shrunk",
                    *choice.shrinkage));
  }
}

analysis::WhiteningOptions whitening_options(const WhiteningChoice& choice,
                                             const sinks::ClassStatistics& head) {
  check(choice);
  analysis::WhiteningOptions options;
  if (choice.kind == WhiteningKind::kFrequency) {
    options.weights.resize(static_cast<std::size_t>(head.run.architecture.vocab_size));
    const auto delays = static_cast<std::size_t>(head.run.max_delay);
    for (std::size_t w = 0; w < head.words.size(); ++w) {
      options.weights[static_cast<std::size_t>(head.words[w])] =
          static_cast<double>(head.word_sums.front().count[w * delays]);
    }
  }
  if (choice.shrinkage) {
    options.shrinkage = analysis::Shrinkage::kGiven;
    options.lambda = *choice.shrinkage;
  } else if (choice.kind == WhiteningKind::kShrunk) {
    options.shrinkage = analysis::Shrinkage::kEstimated;
  }
  if (choice.kind == WhiteningKind::kZca) options.root = analysis::WhiteningRoot::kSymmetric;
  return options;
}

}  // namespace stategrad::report

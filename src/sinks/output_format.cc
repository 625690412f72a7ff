// SPDX-License-Identifier: MIT
#include "sinks/output_format.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/text_format.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

constexpr std::array kFormats = {OutputFormat::kNpy, OutputFormat::kNpz, OutputFormat::kHdf5,
                                 OutputFormat::kStatistics, OutputFormat::kNull};

bool has(std::span<const OutputFormat> formats, OutputFormat format) {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

OutputFormat parse_one(std::string_view name) {
  std::vector<std::string> known;
  for (const OutputFormat format : kFormats) {
    if (name == to_string(format)) return format;
    known.emplace_back(to_string(format));
  }
  if (name.empty()) {
    throw UsageError(
        fmt::format("a format without a name: give one or more of {}, with commas between",
                    fmt::join(known, ", ")));
  }
  throw UsageError(fmt::format("unknown format '{}' (there are {}){}", name, fmt::join(known, ", "),
                               did_you_mean(name, known)));
}

}  // namespace

std::string_view to_string(OutputFormat format) {
  switch (format) {
    case OutputFormat::kNpy:
      return "npy";
    case OutputFormat::kNpz:
      return "npz";
    case OutputFormat::kHdf5:
      return "hdf5";
    case OutputFormat::kStatistics:
      return "statistics";
    case OutputFormat::kNull:
      return "null";
  }
  throw InternalError("an output format without a name");
}

std::vector<OutputFormat> parse_output_formats(std::string_view names) {
  std::vector<OutputFormat> formats;
  std::size_t comma = 0;
  while (comma != std::string_view::npos) {
    comma = names.find(',');
    formats.push_back(parse_one(names.substr(0, comma)));
    if (comma != std::string_view::npos) names.remove_prefix(comma + 1);
  }
  std::sort(formats.begin(), formats.end());
  formats.erase(std::unique(formats.begin(), formats.end()), formats.end());
  return formats;
}

bool writes_files(std::span<const OutputFormat> formats) {
  return std::any_of(formats.begin(), formats.end(),
                     [](OutputFormat format) { return format != OutputFormat::kNull; });
}

bool needs_windows(std::span<const OutputFormat> formats) {
  return has(formats, OutputFormat::kNpy) || has(formats, OutputFormat::kNpz);
}

bool keeps_matrices(std::span<const OutputFormat> formats) {
  return needs_windows(formats) || has(formats, OutputFormat::kHdf5);
}

void require_all_sources(const GradientRun& run) {
  if (run.sources.empty()) return;
  throw UsageError(
      fmt::format("npy, npz and hdf5 hold the state gradients of all positions, and {} were "
                  "chosen: take the format statistics",
                  run.sources.size()));
}
bool windowed_by_default(std::span<const OutputFormat> formats) { return keeps_matrices(formats); }

}  // namespace stategrad::sinks

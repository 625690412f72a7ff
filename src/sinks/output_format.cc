// SPDX-License-Identifier: MIT
#include "sinks/output_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

constexpr std::array kFormats = {OutputFormat::kNpy, OutputFormat::kNpz, OutputFormat::kHdf5,
                                 OutputFormat::kStatistics, OutputFormat::kNull};

bool has(std::span<const OutputFormat> formats, OutputFormat format) {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
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

bool writes_files(std::span<const OutputFormat> formats) {
  return std::any_of(formats.begin(), formats.end(),
                     [](OutputFormat format) { return format != OutputFormat::kNull; });
}

bool needs_windows(std::span<const OutputFormat> formats) {
  return has(formats, OutputFormat::kNpy) || has(formats, OutputFormat::kNpz);
}

bool windowed_by_default(std::span<const OutputFormat> formats) {
  return needs_windows(formats) || has(formats, OutputFormat::kHdf5);
}

}  // namespace stategrad::sinks

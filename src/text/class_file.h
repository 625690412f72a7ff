// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "text/class_definitions.h"

namespace stategrad::text {

/// Reads definitions of classes from a JSON file (docs/formats.md, "Classes of words"). Paths in it
/// are relative to its folder.
/// @throws DataError naming the line where it is no JSON, or the field that is missing, unknown or
///   not allowed
[[nodiscard]] ClassDefinitions read_class_file(const std::filesystem::path& file);

}  // namespace stategrad::text

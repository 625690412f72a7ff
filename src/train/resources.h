// SPDX-License-Identifier: MIT
//
// Does a training fit this machine? Asked before anything is allocated or written.
#pragma once

#include <filesystem>

#include "stategrad/config.h"
#include "stategrad/types.h"

namespace stategrad::train {

/// Bytes that the model directory grows to, a file in the making included.
[[nodiscard]] double estimate_disk(const Config& config, const Architecture& shape);

/// @throws ResourceError naming need, what there is, and the keys to reduce
void check_memory(const Config& config, const Architecture& shape);
/// @throws ResourceError naming need, what there is, and the folder
void check_disk(const Config& config, const Architecture& shape,
                const std::filesystem::path& directory);

}  // namespace stategrad::train

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
/// @param limit bytes that the process may take
/// @param held bytes that it has taken: program, texts and vocabulary
/// @throws ResourceError naming the limit, the need and its parts, and the keys to reduce
void check_memory_limit(const Config& config, const Architecture& shape, std::uintmax_t limit,
                        std::uintmax_t held);
/// @throws ResourceError naming need, what there is, and the folder
void check_disk(const Config& config, const Architecture& shape,
                const std::filesystem::path& directory);

}  // namespace stategrad::train

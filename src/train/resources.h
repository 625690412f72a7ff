// SPDX-License-Identifier: MIT
//
// Does a training fit this machine? Asked before anything is allocated or written.
#pragma once

#include <filesystem>

#include "stategrad/config.h"
#include "stategrad/types.h"

namespace stategrad::train {

/// The shape of the model that a configuration asks for.
[[nodiscard]] Architecture architecture_of(const Config& config, std::int64_t vocab_size);

/// Bytes of memory that train_model() takes beyond texts and vocabulary, within about a tenth.
struct MemoryEstimate {
  double weights = 0;  ///< parameters, gradients, moments, the copy that is validated and saved
  double windows = 0;  ///< activations and work space: grows with batch_size * num_steps
  [[nodiscard]] double total() const { return weights + windows; }
};
[[nodiscard]] MemoryEstimate estimate_memory(const Config& config, const Architecture& shape);

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

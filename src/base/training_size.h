// SPDX-License-Identifier: MIT
//
// How large a training is, told from its configuration.
#pragma once

#include <cstdint>
#include <string>

#include "stategrad/config.h"
#include "stategrad/types.h"

namespace stategrad {

/// The shape of the model that a configuration asks for.
[[nodiscard]] Architecture architecture_of(const Config& config, std::int64_t vocab_size);

/// Bytes of one number of a model.
[[nodiscard]] double number_size(const Config& config);

/// Numbers that an optimizer keeps for each parameter.
[[nodiscard]] int moment_count(Optimizer optimizer);

/// Parameters of a model: a double, because a configuration may ask for more than integers hold.
[[nodiscard]] double parameter_count(const Architecture& shape);

/// Bytes of memory that a training takes beyond texts and vocabulary, within about a tenth.
struct MemoryEstimate {
  double weights = 0;  ///< parameters, gradients, moments, the copy that is validated and saved
  double windows = 0;  ///< activations and work space: grows with batch_size * num_steps
  [[nodiscard]] double total() const { return weights + windows; }
};
/// @param shape with vocab_size 0: a lower bound, before the vocabulary is known
[[nodiscard]] MemoryEstimate estimate_memory(const Config& config, const Architecture& shape);

/// format_bytes() of an estimate, which may be more than integers hold.
[[nodiscard]] std::string readable_bytes(double bytes);

}  // namespace stategrad

// SPDX-License-Identifier: MIT
#include "train/resources.h"

#include <fmt/format.h>

#include "base/atomic_file.h"
#include "base/memory.h"
#include "base/text_format.h"
#include "base/training_size.h"
#include "stategrad/errors.h"

namespace stategrad::train {
namespace {

/// The keys behind the larger part of the need.
std::string keys_to_reduce(const Config& config, const Architecture& shape,
                           const MemoryEstimate& need) {
  return need.windows > need.weights
             ? fmt::format("batch_size ({}), num_steps ({}) or size ({})", config.batch_size,
                           config.num_steps, config.size)
             : fmt::format(
                   "size ({}), embedding_size ({}), num_layers ({}) or the vocabulary ({} "
                   "words)",
                   shape.size, shape.embedding_size, shape.num_layers, shape.vocab_size);
}

}  // namespace

double estimate_disk(const Config& config, const Architecture& shape) {
  const double weights = number_size(config) * parameter_count(shape);
  const double checkpoint = weights * (1 + moment_count(config.optimizer));
  // Last, best, checkpoint, and one of them a second time while it is replaced.
  return 2 * weights + 2 * checkpoint;
}

void check_memory(const Config& config, const Architecture& shape) {
  const MemoryEstimate need = estimate_memory(config, shape);
  const auto available = static_cast<double>(available_memory());
  if (need.total() <= available) return;
  throw ResourceError(
      fmt::format("training needs about {} of memory and {} are available: reduce {}",
                  readable_bytes(need.total()), readable_bytes(available),
                  keys_to_reduce(config, shape, need)));
}

void check_memory_limit(const Config& config, const Architecture& shape, std::uintmax_t limit,
                        std::uintmax_t held) {
  const MemoryEstimate need = estimate_memory(config, shape);
  const double total = need.total() + static_cast<double>(held);
  if (total <= static_cast<double>(limit)) return;
  throw ResourceError(fmt::format(
      "training needs about {} of memory ({} for weights and their gradients, {} for windows, {} "
      "for program and texts) and the memory limit is {}: raise it, or reduce {}",
      readable_bytes(total), readable_bytes(need.weights), readable_bytes(need.windows),
      format_bytes(held), format_bytes(limit), keys_to_reduce(config, shape, need)));
}

void check_disk(const Config& config, const Architecture& shape,
                const std::filesystem::path& directory) {
  const double need = estimate_disk(config, shape);
  const auto available = static_cast<double>(available_bytes(directory));
  if (need <= available) return;
  throw ResourceError(
      fmt::format("{}: the model and its checkpoint need about {} of disk and {} are free: free "
                  "some, or choose "
                  "another save_path",
                  directory.string(), readable_bytes(need), readable_bytes(available)));
}

}  // namespace stategrad::train

// SPDX-License-Identifier: MIT
#include "train/resources.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/atomic_file.h"
#include "base/memory.h"
#include "base/text_format.h"
#include "stategrad/errors.h"

namespace stategrad::train {
namespace {

double number_size(const Config& config) {
  return config.dtype == DType::kFloat64 ? sizeof(double) : sizeof(float);
}

double parameter_count(const Architecture& shape) {
  const double rows = shape.gate_rows();
  double count = static_cast<double>(shape.vocab_size) * (shape.embedding_size + shape.size + 1.0);
  for (int layer = 0; layer < std::min(shape.num_layers, 2); ++layer) {
    const double of_layer = rows * (shape.input_size(layer) + shape.size + 2.0);
    count += of_layer * (layer == 0 ? 1 : shape.num_layers - 1);
  }
  return count;
}

int moment_count(Optimizer optimizer) {
  return optimizer == Optimizer::kAdam ? 2 : optimizer == Optimizer::kAdagrad ? 1 : 0;
}

std::string readable(double bytes) {
  return format_bytes(static_cast<std::uintmax_t>(std::min(bytes, 1e19)));
}

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

Architecture architecture_of(const Config& config, std::int64_t vocab_size) {
  Architecture shape;
  shape.cell = config.basic_cell;
  shape.reset_after = config.basic_cell == CellKind::kGru && config.reset_after;
  shape.num_layers = config.num_layers;
  shape.vocab_size = vocab_size;
  shape.embedding_size = config.effective_embedding_size();
  shape.size = config.size;
  return shape;
}

MemoryEstimate estimate_memory(const Config& config, const Architecture& shape) {
  const double number = number_size(config);
  const double rows = static_cast<double>(config.batch_size) * config.num_steps;
  const double widest = std::max(shape.size, shape.embedding_size);
  // Gates, hidden, cell, its tanh or candidate, dropped output, mask.
  const double per_layer = shape.gate_rows() + 5.0 * shape.size;
  MemoryEstimate estimate;
  // The parameters, their gradients, and the copy that is validated and saved.
  estimate.weights = number * parameter_count(shape) * (3 + moment_count(config.optimizer));
  estimate.windows =
      number * rows * (2.0 * shape.embedding_size + 2 * widest + shape.num_layers * per_layer);
  // Validation has activations of its own; the softmax works on chunks of at most 1000 rows.
  estimate.windows *= 2;
  estimate.windows += number * std::min(rows, 1000.0) * static_cast<double>(shape.vocab_size);
  return estimate;
}

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
  throw ResourceError(fmt::format(
      "training needs about {} of memory and {} are available: reduce {}", readable(need.total()),
      readable(available), keys_to_reduce(config, shape, need)));
}

void check_memory_limit(const Config& config, const Architecture& shape, std::uintmax_t limit,
                        std::uintmax_t held) {
  const MemoryEstimate need = estimate_memory(config, shape);
  const double total = need.total() + static_cast<double>(held);
  if (total <= static_cast<double>(limit)) return;
  throw ResourceError(fmt::format(
      "training needs about {} of memory ({} for weights and their gradients, {} for windows, {} "
      "for program and texts) and the memory limit is {}: raise it, or reduce {}",
      readable(total), readable(need.weights), readable(need.windows), format_bytes(held),
      format_bytes(limit), keys_to_reduce(config, shape, need)));
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
                  directory.string(), readable(need), readable(available)));
}

}  // namespace stategrad::train

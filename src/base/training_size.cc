// SPDX-License-Identifier: MIT
#include "base/training_size.h"

#include <algorithm>

#include "base/text_format.h"

namespace stategrad {

double number_size(const Config& config) {
  return config.dtype == DType::kFloat64 ? sizeof(double) : sizeof(float);
}

int moment_count(Optimizer optimizer) {
  return optimizer == Optimizer::kAdam ? 2 : optimizer == Optimizer::kAdagrad ? 1 : 0;
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

std::string readable_bytes(double bytes) {
  return format_bytes(static_cast<std::uintmax_t>(std::min(bytes, 1e19)));
}

}  // namespace stategrad

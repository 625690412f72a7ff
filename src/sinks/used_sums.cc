// SPDX-License-Identifier: MIT
#include "sinks/used_sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/memory.h"
#include "sinks/class_statistics.h"
#include "stategrad/errors.h"

namespace stategrad::sinks {
namespace {

template <class Number>
void add_to(std::vector<Number>& sums, const std::vector<Number>& other) {
  std::transform(sums.begin(), sums.end(), other.begin(), sums.begin(), std::plus<>());
}

/// Adds the stretch of one signature to that of the only one of `sums`.
template <class Number>
void add_stretch(std::vector<Number>& sums, const std::vector<Number>& all, int signature) {
  const std::size_t first = static_cast<std::size_t>(signature) * sums.size();
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += all[first + i];
}

void add_signature(const UsedSums& all, int signature, UsedSums& sums) {
  add_stretch(sums.count, all.count, signature);
  add_stretch(sums.norm, all.norm, signature);
  add_stretch(sums.squared_norm, all.squared_norm, signature);
  add_stretch(sums.sum, all.sum, signature);
}

}  // namespace

UsedSums::UsedSums(const UsedSumsShape& sizes) : shape(sizes) {
  require_memory(
      used_sums_bytes(sizes),
      fmt::format("the sums of used gradients of {} combinations of classes, D = {} delays, {} "
                  "blocks and R = {} rows",
                  sizes.signatures, sizes.delays, sizes.blocks, sizes.rows));
  const auto number = static_cast<std::size_t>(sizes.signatures) *
                      static_cast<std::size_t>(sizes.delays) *
                      static_cast<std::size_t>(sizes.blocks);
  count.resize(number);
  norm.resize(number);
  squared_norm.resize(number);
  sum.resize(number * static_cast<std::size_t>(sizes.rows));
}

std::size_t UsedSums::cell(int signature, int delay, int block) const {
  const auto at = [](int index) { return static_cast<std::size_t>(index); };
  return (at(signature) * at(shape.delays) + at(delay)) * at(shape.blocks) + at(block);
}

void UsedSums::add(std::size_t at, std::span<const double> values) {
  double squared = 0;
  double* out = sum.data() + at * values.size();
  for (std::size_t r = 0; r < values.size(); ++r) {
    squared += values[r] * values[r];
    out[r] += values[r];
  }
  ++count[at];
  norm[at] += std::sqrt(squared);
  squared_norm[at] += squared;
}

UsedSums& UsedSums::operator+=(const UsedSums& other) {
  if (shape != other.shape) throw InternalError("sums of used gradients of different shapes");
  add_to(count, other.count);
  add_to(norm, other.norm);
  add_to(squared_norm, other.squared_norm);
  add_to(sum, other.sum);
  return *this;
}

UsedSums class_sums(const UsedSums& sums, const ClassScheme& classes, int class_index) {
  UsedSumsShape shape = sums.shape;
  shape.signatures = 1;
  UsedSums out(shape);
  for (const int signature : signatures_of(classes, class_index)) {
    add_signature(sums, signature, out);
  }
  return out;
}

UsedSums total_sums(const UsedSums& sums) {
  UsedSumsShape shape = sums.shape;
  shape.signatures = 1;
  UsedSums out(shape);
  for (int signature = 0; signature < sums.shape.signatures; ++signature) {
    add_signature(sums, signature, out);
  }
  return out;
}

void add_block(const UsedSums& part, int block, UsedSums& all) {
  UsedSumsShape shape = all.shape;
  shape.blocks = 1;
  if (part.shape != shape || block < 0 || block >= all.shape.blocks) {
    throw InternalError("sums of used gradients of a block that does not fit");
  }
  const auto rows = static_cast<std::size_t>(shape.rows);
  const auto blocks = static_cast<std::size_t>(all.shape.blocks);
  for (std::size_t from = 0; from < part.count.size(); ++from) {
    const std::size_t to = from * blocks + static_cast<std::size_t>(block);
    all.count[to] += part.count[from];
    all.norm[to] += part.norm[from];
    all.squared_norm[to] += part.squared_norm[from];
    for (std::size_t r = 0; r < rows; ++r) all.sum[to * rows + r] += part.sum[from * rows + r];
  }
}

std::uint64_t used_sums_bytes(const UsedSumsShape& shape) {
  // As a floating-point number first: the product may exceed every integer.
  const double cells = static_cast<double>(shape.signatures) * shape.delays * shape.blocks;
  constexpr double kTooMany = 1e18;  // no memory has it
  return static_cast<std::uint64_t>(std::min(8.0 * cells * (shape.rows + 3.0), kTooMany));
}

}  // namespace stategrad::sinks

// SPDX-License-Identifier: MIT
#include "sinks/used_sums.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/memory.h"
#include "base/text_blocks.h"
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

}  // namespace

UsedSums::UsedSums(const UsedSumsShape& sizes) : shape(sizes) {
  // As a floating-point number first: the product may exceed every integer.
  const double cells = static_cast<double>(sizes.signatures) * sizes.delays * sizes.blocks;
  constexpr double kTooMany = 1e18;  // no memory has it
  require_memory(
      static_cast<std::uintmax_t>(std::min(8.0 * cells * (sizes.rows + 3.0), kTooMany)),
      fmt::format("the sums of used gradients of {} combinations of classes, D = {} delays, {} "
                  "blocks and R = {} rows",
                  sizes.signatures, sizes.delays, sizes.blocks, sizes.rows));
  const auto number = static_cast<std::size_t>(cells);
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
    add_stretch(out.count, sums.count, signature);
    add_stretch(out.norm, sums.norm, signature);
    add_stretch(out.squared_norm, sums.squared_norm, signature);
    add_stretch(out.sum, sums.sum, signature);
  }
  return out;
}

std::function<void(const gradient::UsedGradient&)> adding_to(UsedSums& sums,
                                                             const SourcesOfText& sources) {
  return [&sums, sources](const gradient::UsedGradient& used) {
    const std::int64_t source = used.key.position - used.key.delay;
    const int signature =
        sources.signature.empty() ? 0 : sources.signature[static_cast<std::size_t>(source)];
    const int block = block_of(source, sources.words, sums.shape.blocks);
    sums.add(sums.cell(signature, used.key.delay, block), used.values);
  };
}

}  // namespace stategrad::sinks

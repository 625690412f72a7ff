// SPDX-License-Identifier: MIT
#include "analysis/spectrum.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "analysis/gram.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

/// The mean over all blocks but one; left_out = -1: over all.
std::vector<double> mean_without(std::span<const BlockSum> blocks, std::ptrdiff_t left_out) {
  std::vector<double> mean(blocks.front().sum.size());
  std::int64_t count = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (static_cast<std::ptrdiff_t>(b) == left_out || blocks[b].count == 0) continue;
    count += blocks[b].count;
    std::transform(mean.begin(), mean.end(), blocks[b].sum.begin(), mean.begin(), std::plus());
  }
  for (double& value : mean) value /= static_cast<double>(count);
  return mean;
}

}  // namespace

double leading_singular_value(std::span<const double> matrix, int rows, int columns) {
  return Gram({matrix.data(), rows, columns}).singular_values().front();
}

Estimate leading_singular_value_of_mean(std::span<const BlockSum> blocks, int rows, int columns) {
  const auto counted = std::count_if(blocks.begin(), blocks.end(),
                                     [](const BlockSum& block) { return block.count > 0; });
  if (counted == 0) throw UsageError("nothing was counted: there is no mean");
  const double all = leading_singular_value(mean_without(blocks, -1), rows, columns);
  std::vector<double> without(blocks.size(), all);
  std::vector<double> sizes(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    sizes[b] = static_cast<double>(blocks[b].count);
    if (counted < 2 || blocks[b].count == 0) continue;
    without[b] =
        leading_singular_value(mean_without(blocks, static_cast<std::ptrdiff_t>(b)), rows, columns);
  }
  return jackknife(all, without, sizes);
}

}  // namespace stategrad::analysis

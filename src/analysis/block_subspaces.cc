// SPDX-License-Identifier: MIT
#include "analysis/block_subspaces.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/angles.h"
#include "analysis/gram.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

void keep_directions(int k, Decomposition& of) {
  of.right.rows = k;
  of.right.values.resize(static_cast<std::size_t>(k) * static_cast<std::size_t>(of.right.columns));
}

Eigen::Map<const Dense> sum_of(const BlockSum& block, Eigen::Index columns) {
  return {block.sum.data(), static_cast<Eigen::Index>(block.sum.size()) / columns, columns};
}

Decomposition decompose_rest(const Dense& sum, double count, int k) {
  const Dense mean = sum / count;
  return Gram({mean.data(), mean.rows(), mean.cols()}).decompose(k);
}

/// |V₁ᵀ V₂|² / k of the first k directions.
double overlap_of(const Decomposition& a, const Decomposition& b, int k) {
  return (view(a.right).topRows(k) * view(b.right).topRows(k).transpose()).squaredNorm() / k;
}

double cosine_of(const Decomposition& of, std::span<const double> direction) {
  return of.values.front() > 0 ? (view(of.right) * view(direction)).norm() : kNone;
}

int counted(const std::vector<double>& sizes) {
  return static_cast<int>(
      std::count_if(sizes.begin(), sizes.end(), [](double size) { return size > 0; }));
}

SubspaceComparison compare_means(const Decomposition& a, const Decomposition& b, int k) {
  SubspaceComparison found;
  found.degrees = principal_angles(a, b, k);
  for (const double angle : found.degrees) {
    found.mean_cosine += std::cos(angle * std::acos(-1.0) / 180) / k;
  }
  found.overlap.value = overlap_of(a, b, k);
  found.chance = static_cast<double>(k) / a.right.columns;
  return found;
}

}  // namespace

BlockSubspaces block_subspaces(std::span<const BlockSum> blocks, int rows, int columns, int k) {
  if (k < 1 || k > std::min(rows, columns)) {
    throw UsageError(
        fmt::format("a subspace of {} dimensions: a number from 1 to {} was expected for matrices "
                    "of {} x {}",
                    k, std::min(rows, columns), rows, columns));
  }
  Dense total = Dense::Zero(rows, columns);
  BlockSubspaces found;
  for (const BlockSum& block : blocks) {
    if (block.count > 0) total += sum_of(block, columns);
    found.sizes.push_back(static_cast<double>(block.count));
  }
  const double count = std::accumulate(found.sizes.begin(), found.sizes.end(), 0.0);
  if (!(count > 0)) throw UsageError("nothing was counted: there is no mean");
  found.all = decompose(to_matrix(total / count));
  keep_directions(k, found.all);
  for (const BlockSum& block : blocks) {
    const double rest = count - static_cast<double>(block.count);
    found.without.push_back(block.count == 0 || rest == 0
                                ? found.all
                                : decompose_rest(total - sum_of(block, columns), rest, k));
  }
  return found;
}

DirectionMeasure measure_direction(std::span<const BlockSum> blocks,
                                   const BlockSubspaces& subspaces,
                                   std::span<const double> direction) {
  const auto columns = static_cast<Eigen::Index>(direction.size());
  std::vector<Eigen::VectorXd> images;  // S_b v̂
  Eigen::VectorXd total;
  double count = 0;
  for (const BlockSum& block : blocks) {
    const Eigen::Index rows = static_cast<Eigen::Index>(block.sum.size()) / columns;
    if (total.size() == 0) total = Eigen::VectorXd::Zero(rows);
    images.emplace_back(Eigen::VectorXd::Zero(rows));
    if (block.count > 0) images.back() = sum_of(block, columns) * view(direction);
    total += images.back();
    count += static_cast<double>(block.count);
  }
  const auto relative = [](const Eigen::VectorXd& image, double images_of,
                           const Decomposition& of) {
    const double largest = of.values.front();
    return largest > 0 ? image.stableNorm() / images_of / largest : kNone;
  };
  std::vector<double> memory(blocks.size());
  std::vector<double> cosine(blocks.size());
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const double rest = count - subspaces.sizes[b];
    memory[b] = rest > 0 ? relative(total - images[b], rest, subspaces.without[b]) : kNone;
    cosine[b] = cosine_of(subspaces.without[b], direction);
  }
  const Decomposition& all = subspaces.all;
  const auto E = static_cast<double>(columns);
  const auto values = view(std::span<const double>(all.values));
  return {.relative_memory = jackknife(relative(total, count, all), memory, subspaces.sizes),
          .cosine = jackknife(cosine_of(all, direction), cosine, subspaces.sizes),
          .chance_relative_memory =
              values[0] > 0 ? values.stableNorm() / values[0] / std::sqrt(E) : kNone,
          .chance_cosine = std::sqrt(all.right.rows / E)};
}

SubspaceComparison compare_subspaces(const BlockSubspaces& a, const BlockSubspaces& b, int k) {
  if (a.sizes.size() != b.sizes.size()) {
    throw UsageError(fmt::format("subspaces of {} and of {} blocks cannot be compared by block",
                                 a.sizes.size(), b.sizes.size()));
  }
  SubspaceComparison found = compare_means(a.all, b.all, k);
  std::vector<double> without(a.sizes.size());
  std::vector<double> sizes(a.sizes.size());
  for (std::size_t block = 0; block < sizes.size(); ++block) {
    without[block] = overlap_of(a.without[block], b.without[block], k);
    sizes[block] = a.sizes[block] + b.sizes[block];
  }
  found.blocks = std::min(counted(a.sizes), counted(b.sizes));
  found.overlap = jackknife(found.overlap.value, without, sizes);
  if (found.blocks < 2) found.overlap.error = std::numeric_limits<double>::infinity();
  return found;
}

SubspaceComparison compare_independent_subspaces(const BlockSubspaces& a, const BlockSubspaces& b,
                                                 int k) {
  SubspaceComparison found = compare_means(a.all, b.all, k);
  const auto error = [&](const BlockSubspaces& varied, const Decomposition& fixed) {
    std::vector<double> without;
    for (const Decomposition& of : varied.without) without.push_back(overlap_of(of, fixed, k));
    return jackknife(found.overlap.value, without, varied.sizes).error;
  };
  found.overlap.error = std::hypot(error(a, b.all), error(b, a.all));
  found.blocks = std::min(counted(a.sizes), counted(b.sizes));
  return found;
}

}  // namespace stategrad::analysis

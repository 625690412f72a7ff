// SPDX-License-Identifier: MIT
#include "analysis/mean_spectrum.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/gram.h"
#include "analysis/memory.h"
#include "base/random.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

/// Blocks with matrices in them, and their sum.
struct Counted {
  std::vector<Dense> sums;
  std::vector<double> counts;
  Dense total;
  double count = 0;
};

Counted counted_blocks(std::span<const BlockSum> blocks, int rows, int columns) {
  Counted counted;
  counted.total = Dense::Zero(rows, columns);
  for (const BlockSum& block : blocks) {
    if (block.count == 0) continue;
    counted.sums.emplace_back(DenseMap(block.sum.data(), rows, columns));
    counted.counts.push_back(static_cast<double>(block.count));
    counted.total += counted.sums.back();
    counted.count += counted.counts.back();
  }
  if (counted.sums.empty()) throw UsageError("nothing was counted: there is no mean");
  return counted;
}

DenseMap map_of(const Dense& matrix) { return {matrix.data(), matrix.rows(), matrix.cols()}; }

SpectralMeasures noise_of(const Counted& counted, const MeanSpectrumOptions& options) {
  const auto blocks = static_cast<double>(counted.sums.size());
  const Dense mean = counted.total / counted.count;
  const double scale = std::sqrt(blocks / (blocks - 1)) / counted.count;
  RandomStream random(options.seed);
  SpectralMeasures noise;
  for (int pattern = 0; pattern < options.patterns; ++pattern) {
    Dense flipped = Dense::Zero(mean.rows(), mean.cols());
    for (std::size_t b = 0; b < counted.sums.size(); ++b) {
      const double sign = random.below(2) == 0 ? -1 : 1;
      flipped += sign * (counted.sums[b] - counted.counts[b] * mean);
    }
    flipped *= scale;
    const SpectralMeasures found = spectral_measures(Gram(map_of(flipped)).singular_values());
    noise.largest += found.largest / options.patterns;
    noise.sum += found.sum / options.patterns;
    noise.share += found.share / options.patterns;
    noise.effective_rank += found.effective_rank / options.patterns;
  }
  return noise;
}

/// What the mean of all blocks but one comes to.
struct Rest {
  SpectralMeasures measures;
  double fold = 0;  ///< uᵀ S_b v of the sum of the block left out
};

Rest evaluate_rest(const Counted& counted, std::size_t left_out) {
  const Dense mean =
      (counted.total - counted.sums[left_out]) / (counted.count - counted.counts[left_out]);
  const Gram gram(map_of(mean));
  const std::vector<double> values = gram.singular_values();
  const Eigen::VectorXd v = gram.leading_direction(values.front());
  const Eigen::VectorXd image = mean * v;
  const double length = image.norm();
  return {spectral_measures(values),
          length > 0 ? image.dot(counted.sums[left_out] * v) / length : 0};
}

}  // namespace

SpectralMeasures spectral_measures(std::span<const double> values) {
  SpectralMeasures measures;
  for (const double value : values) measures.sum += value;
  if (measures.sum == 0) return measures;
  measures.largest = values.front();
  measures.share = measures.largest / measures.sum;
  double entropy = 0;
  for (const double value : values) {
    const double p = value / measures.sum;
    if (p > 0) entropy -= p * std::log(p);
  }
  measures.effective_rank = std::exp(entropy);
  return measures;
}

MeanSpectrum analyse_mean(std::span<const BlockSum> blocks, int rows, int columns,
                          const MeanSpectrumOptions& options) {
  const Counted counted = counted_blocks(blocks, rows, columns);
  const std::size_t number = counted.sums.size();
  const Dense mean = counted.total / counted.count;
  MeanSpectrum result;
  result.count = static_cast<std::int64_t>(counted.count);
  result.blocks = static_cast<int>(number);
  for (const BlockSum& block : blocks) result.sizes.push_back(static_cast<double>(block.count));
  result.cross_without.resize(blocks.size());
  result.values = decompose(to_matrix(mean)).values;
  const SpectralMeasures all = spectral_measures(result.values);
  std::vector<SpectralMeasures> without(number, all);
  std::vector<double> folds(number);
  double cross = 0;
  for (std::size_t b = 0; b < number && number > 1; ++b) {
    const Rest rest = evaluate_rest(counted, b);
    without[b] = rest.measures;
    folds[b] = rest.fold;
    cross += rest.fold;
  }
  const auto estimate = [&](double SpectralMeasures::*measure) {
    std::vector<double> values(number);
    std::transform(without.begin(), without.end(), values.begin(),
                   [&](const SpectralMeasures& found) { return found.*measure; });
    return jackknife(all.*measure, values, counted.counts);
  };
  result.largest = estimate(&SpectralMeasures::largest);
  result.sum = estimate(&SpectralMeasures::sum);
  result.share = estimate(&SpectralMeasures::share);
  result.effective_rank = estimate(&SpectralMeasures::effective_rank);
  if (number < 2) {
    result.cross = {0, std::numeric_limits<double>::infinity()};
    return result;
  }
  result.noise = noise_of(counted, options);
  std::vector<double> cross_without(number);
  for (std::size_t b = 0; b < number; ++b) {
    cross_without[b] = (cross - folds[b]) / (counted.count - counted.counts[b]);
  }
  result.cross = jackknife(cross / counted.count, cross_without, counted.counts);
  // The counted blocks are the given ones without those that are empty.
  std::size_t next = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    if (blocks[b].count > 0) result.cross_without[b] = cross_without[next++];
  }
  return result;
}

}  // namespace stategrad::analysis

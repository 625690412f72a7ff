// SPDX-License-Identifier: MIT
#include "analysis/mean_spectrum.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/dense.h"
#include "analysis/memory.h"
#include "base/random.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using Map = Eigen::Map<const Dense>;

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
    counted.sums.emplace_back(Map(block.sum.data(), rows, columns));
    counted.counts.push_back(static_cast<double>(block.count));
    counted.total += counted.sums.back();
    counted.count += counted.counts.back();
  }
  if (counted.sums.empty()) throw UsageError("nothing was counted: there is no mean");
  return counted;
}

std::span<const double> values_of(const Dense& matrix) {
  return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

SpectralMeasures measures_of(const Dense& matrix) {
  return spectral_measures(quick_singular_values(values_of(matrix), static_cast<int>(matrix.rows()),
                                                 static_cast<int>(matrix.cols())));
}

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
    const SpectralMeasures found = measures_of(scale * flipped);
    noise.largest += found.largest / options.patterns;
    noise.sum += found.sum / options.patterns;
    noise.share += found.share / options.patterns;
    noise.effective_rank += found.effective_rank / options.patterns;
  }
  return noise;
}

/// uᵀ G v for the leading singular vectors of another matrix: |u| = 1 by M v / |M v|.
double along_leading(const Dense& of, const Dense& matrix) {
  const bool wide = of.rows() < of.cols();
  const Dense gram = wide ? Dense(of * of.transpose()) : Dense(of.transpose() * of);
  const Eigen::SelfAdjointEigenSolver<Dense> solver(gram);
  if (solver.info() != Eigen::Success) {
    throw NumericalError("the eigenvectors of a mean state gradient did not converge");
  }
  const Eigen::VectorXd leading = solver.eigenvectors().col(gram.rows() - 1);
  const Eigen::VectorXd other =
      wide ? Eigen::VectorXd(of.transpose() * leading) : Eigen::VectorXd(of * leading);
  const double length = other.norm();
  if (length == 0) return 0;
  return wide ? leading.dot(matrix * other) / length : other.dot(matrix * leading) / length;
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

std::vector<double> quick_singular_values(std::span<const double> matrix, int rows, int columns) {
  double largest = 0;
  for (const double value : matrix) {
    if (!std::isfinite(value)) {
      throw NumericalError("a matrix that is not finite has no singular values");
    }
    largest = std::max(largest, std::abs(value));
  }
  std::vector<double> values(static_cast<std::size_t>(std::min(rows, columns)));
  if (largest == 0) return values;
  // Scaled, because the squares of very small or very large numbers leave the range of doubles.
  const Dense scaled = Map(matrix.data(), rows, columns) / largest;
  const Dense square =
      rows < columns ? Dense(scaled * scaled.transpose()) : Dense(scaled.transpose() * scaled);
  const Eigen::SelfAdjointEigenSolver<Dense> solver(square, Eigen::EigenvaluesOnly);
  if (solver.info() != Eigen::Success) {
    throw NumericalError("the eigenvalues of a mean state gradient did not converge");
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double square_of = solver.eigenvalues()[static_cast<Eigen::Index>(values.size() - 1 - i)];
    values[i] = largest * std::sqrt(std::max(0.0, square_of));
  }
  return values;
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
    const Dense rest = (counted.total - counted.sums[b]) / (counted.count - counted.counts[b]);
    without[b] = measures_of(rest);
    folds[b] = along_leading(rest, counted.sums[b]);
    cross += folds[b];
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

// SPDX-License-Identifier: MIT
#include "gradient/compression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"

namespace stategrad::gradient {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
template <class Real>
using Rows = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

MatrixXd random_matrix(Index rows, Index columns, RandomStream& random) {
  return MatrixXd::NullaryExpr(rows, columns, [&] { return 2 * random.uniform() - 1; });
}

/// Directions whose weights fall by `decay` from one to the next.
MatrixXd graded(Index rows, Index columns, double decay, RandomStream& random) {
  MatrixXd mix = random_matrix(rows, rows, random);
  for (Index i = 0; i < rows; ++i) mix.col(i) *= std::pow(decay, static_cast<double>(i));
  return mix * random_matrix(rows, columns, random);
}

MatrixXd gram_of(const std::vector<MatrixXd>& blocks) {
  MatrixXd gram = MatrixXd::Zero(blocks[0].rows(), blocks[0].rows());
  for (const MatrixXd& block : blocks) gram += block * block.transpose() / block.squaredNorm();
  return gram;
}

double lost_share(const MatrixXd& directions, const MatrixXd& block) {
  return (block - directions * (directions.transpose() * block)).norm() / block.norm();
}

double distance_from_orthonormal(const MatrixXd& v) {
  return (v.transpose() * v - MatrixXd::Identity(v.cols(), v.cols())).norm();
}

TEST(CompressionDelays, StretchGeometrically) {
  EXPECT_THAT(compression_delays(50), testing::ElementsAre(6, 8, 11, 15, 20, 27, 36, 48));
  EXPECT_THAT(compression_delays(8), testing::ElementsAre(6));
  EXPECT_TRUE(compression_delays(6).empty());
  EXPECT_LT(compression_delays(std::numeric_limits<int>::max()).size(), 80U);
}

TEST(DominantDirections, AreAsManyAsTheRank) {
  RandomStream random(1);
  for (const Index rank : {1, 5, 17}) {
    const MatrixXd block =
        random_matrix(20, rank, random) * random_matrix(rank, 30, random) * 1e-20;
    const MatrixXd v = dominant_directions(gram_of({block}), 1e-6, 18);
    ASSERT_EQ(v.cols(), rank);
    EXPECT_LT(distance_from_orthonormal(v), 1e-13);
    EXPECT_LT(lost_share(v, block), 1e-6);
  }
}

TEST(DominantDirections, KeepTheBoundForEveryBlock) {
  RandomStream random(2);
  for (int trial = 0; trial < 60; ++trial) {
    const double decay = 0.2 + 0.6 * random.uniform();
    std::vector<MatrixXd> blocks;
    for (int b = 0; b <= trial % 4; ++b) {
      // Small blocks count as much as large ones.
      blocks.push_back(graded(24, 3 + 10 * trial % 40, decay, random) * std::pow(1e-3, b));
    }
    for (const double loss : {0.3, 1e-2, 1e-4, 1e-6}) {
      const MatrixXd v = dominant_directions(gram_of(blocks), loss, 24);
      ASSERT_GT(v.cols(), 0);
      EXPECT_LT(distance_from_orthonormal(v), 1e-12);
      for (const MatrixXd& block : blocks) EXPECT_LE(lost_share(v, block), loss);
    }
  }
}

TEST(DominantDirections, AreFewWhenWeightsFallFast) {
  RandomStream random(3);
  const MatrixXd block = graded(40, 60, 0.3, random);
  EXPECT_LE(dominant_directions(gram_of({block}), 1e-3, 36).cols(), 8);
  EXPECT_LE(dominant_directions(gram_of({block}), 1e-2, 36).cols(), 6);
}

TEST(DominantDirections, AreRefusedWhenTooManyWouldBeNeeded) {
  RandomStream random(4);
  const MatrixXd gram = gram_of({random_matrix(20, 60, random)});
  EXPECT_EQ(dominant_directions(gram, 1e-2, 18).cols(), 0);
  EXPECT_EQ(dominant_directions(gram, 1e-2, 20).cols(), 20);
}

TEST(DominantDirections, AreRefusedWithoutUsableNumbers) {
  RandomStream random(5);
  EXPECT_EQ(dominant_directions(MatrixXd::Zero(4, 4), 0.1, 3).cols(), 0);
  MatrixXd gram = gram_of({random_matrix(4, 2, random)});
  EXPECT_EQ(dominant_directions(gram, 0.1, 3).cols(), 2);
  EXPECT_EQ(dominant_directions(gram, 1e-9, 3).cols(), 0) << "rounding hides such a loss";
  gram(2, 2) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(dominant_directions(gram, 0.1, 3).cols(), 0);
}

template <class Real>
struct Tolerances;
template <>
struct Tolerances<float> {
  static constexpr double kRounding = 1e-6;
};
template <>
struct Tolerances<double> {
  static constexpr double kRounding = 1e-12;
};

template <class Real>
class SourceCompressorOf : public testing::Test {
 protected:
  static constexpr int kRows = 20;
  static constexpr int kSize = 33;
  static constexpr double kTolerance = 0.01;
  static constexpr double kRounding = Tolerances<Real>::kRounding;

  Rows<Real> block(double decay, double scale) {
    return (graded(kRows, kSize, decay, random_) * scale).template cast<Real>();
  }
  /// Assignment would put new memory in the place of what the compressor knows.
  static void set(Rows<Real>& rows, const Rows<Real>& values) {
    std::copy_n(values.data(), values.size(), rows.data());
  }
  Rows<Real> expanded(std::size_t slot, const Rows<Real>& rows) {
    return Eigen::Map<const Rows<Real>>(compressor_.expand(slot, rows.data()), kRows, kSize);
  }

  RandomStream random_{6};
  SourceCompressor<Real> compressor_{3, kRows, kSize, kTolerance, 2};
};
using BothPrecisions = testing::Types<float, double>;
TYPED_TEST_SUITE(SourceCompressorOf, BothPrecisions);

TYPED_TEST(SourceCompressorOf, EachOfSeveralCompressionsKeepsTheLossForEveryBlock) {
  using Real = TypeParam;
  Rows<Real> cell = this->block(0.6, 1);
  Rows<Real> hidden =
      (1e-4 * cell.template cast<double>() * random_matrix(this->kSize, this->kSize, this->random_))
          .template cast<Real>();
  const std::array<Real*, 2> blocks = {cell.data(), hidden.data()};
  std::array<Rows<Real>, 2> before = {cell, hidden};
  int rank = this->kRows;
  for (int count = 0; count < 3; ++count) {
    this->compressor_.compress(1, 2, blocks);
    ASSERT_LE(this->compressor_.rank(2), rank * 9 / 10);
    rank = this->compressor_.rank(2);
    for (std::size_t b = 0; b < 2; ++b) {
      const Rows<Real>& rows = b == 0 ? cell : hidden;
      const MatrixXd difference = (this->expanded(2, rows) - before[b]).template cast<double>();
      const double norm = before[b].template cast<double>().norm();
      EXPECT_LE(difference.norm(), (compression_loss(this->kTolerance) + this->kRounding) * norm);
      EXPECT_GT(difference.norm(), 1e-5 * norm);
      // What was dropped is orthogonal to the rest, and U keeps norms.
      const double kept = rows.topRows(rank).template cast<double>().squaredNorm();
      EXPECT_NEAR(kept + difference.squaredNorm(), norm * norm, this->kRounding * norm * norm);
    }
    // A step of the recursion: from the right, on whole blocks and reduced rows alike.
    const MatrixXd step = graded(this->kSize, this->kSize, 0.2, this->random_);
    for (std::size_t b = 0; b < 2; ++b) {
      Rows<Real>& rows = b == 0 ? cell : hidden;
      const MatrixXd after = rows.template cast<double>() * step;
      this->set(rows, after.cast<Real>());
      before[b] = this->expanded(2, rows);
    }
  }
}

TYPED_TEST(SourceCompressorOf, AddsWhatItExpands) {
  using Real = TypeParam;
  Rows<Real> rows = this->block(0.4, 1);
  const std::array<Real*, 1> blocks = {rows.data()};
  this->compressor_.compress(0, 1, blocks);
  ASSERT_TRUE(this->compressor_.compressed(1));
  Rows<double> sum = Rows<double>::Constant(this->kRows, this->kSize, 3);
  this->compressor_.add(1, 1, rows.data(), sum.data());
  this->compressor_.add(0, 1, rows.data(), sum.data());
  const Rows<double> expected = 2 * this->expanded(1, rows).template cast<double>();
  EXPECT_LE(((sum.array() - 3).matrix() - expected).norm(), this->kRounding * expected.norm());
}

TYPED_TEST(SourceCompressorOf, LeavesAloneWhatDoesNotFitAndForgetsWithTheSource) {
  using Real = TypeParam;
  Rows<Real> rows = random_matrix(this->kRows, this->kSize, this->random_).template cast<Real>();
  const Rows<Real> before = rows;
  Rows<Real> zeros = Rows<Real>::Zero(this->kRows, this->kSize);
  const std::array<Real*, 2> blocks = {rows.data(), zeros.data()};
  this->compressor_.compress(0, 0, blocks);
  EXPECT_FALSE(this->compressor_.compressed(0));
  EXPECT_EQ(rows, before);
  this->set(rows, this->block(0.3, 1e-8));
  this->compressor_.compress(0, 0, blocks);
  EXPECT_TRUE(this->compressor_.compressed(0));
  EXPECT_FALSE(this->compressor_.compressed(1));
  this->compressor_.begin(0);
  EXPECT_FALSE(this->compressor_.compressed(0));
  EXPECT_EQ(this->compressor_.rank(0), this->kRows);
}

}  // namespace
}  // namespace stategrad::gradient

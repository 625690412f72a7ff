// SPDX-License-Identifier: MIT
#include "gradient/compression.h"

#include <gtest/gtest.h>

#include <Eigen/Core>
#include <array>
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
  SourceCompressor<Real> compressor_{{.slots = 3, .rows = kRows, .size = kSize, .workers = 2},
                                     kTolerance};
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
    ASSERT_TRUE(this->compressor_.compress(1, 2, blocks, rank - 1));
    ASSERT_LE(this->compressor_.rank(2), rank - 1);
    rank = this->compressor_.rank(2);
    for (std::size_t b = 0; b < 2; ++b) {
      const Rows<Real>& rows = b == 0 ? cell : hidden;
      const MatrixXd difference = (this->expanded(2, rows) - before[b]).template cast<double>();
      const double norm = before[b].template cast<double>().norm();
      EXPECT_LE(difference.norm(), (this->kTolerance + this->kRounding) * norm);
      EXPECT_GT(difference.norm(), 1e-5 * norm);
      // What was dropped is orthogonal to the rest, and U keeps norms.
      const double kept = rows.topRows(rank).template cast<double>().squaredNorm();
      EXPECT_NEAR(kept + difference.squaredNorm(), norm * norm, this->kRounding * norm * norm);
    }
    // A step of the recursion: from the right, on whole blocks and reduced rows alike.
    const MatrixXd step = graded(this->kSize, this->kSize, 0.5, this->random_);
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
  ASSERT_TRUE(this->compressor_.compress(0, 1, blocks, 18));
  ASSERT_TRUE(this->compressor_.compressed(1));
  Rows<double> sum = Rows<double>::Constant(this->kRows, this->kSize, 3);
  this->compressor_.add(1, rows.data(), sum.data());
  this->compressor_.add(1, rows.data(), sum.data());
  const Rows<double> expected = 2 * this->expanded(1, rows).template cast<double>();
  EXPECT_LE(((sum.array() - 3).matrix() - expected).norm(), this->kRounding * expected.norm());
}

TYPED_TEST(SourceCompressorOf, LeavesAloneWhatDoesNotFitAndForgetsWithTheSource) {
  using Real = TypeParam;
  Rows<Real> rows = random_matrix(this->kRows, this->kSize, this->random_).template cast<Real>();
  const Rows<Real> before = rows;
  Rows<Real> zeros = Rows<Real>::Zero(this->kRows, this->kSize);
  const std::array<Real*, 2> blocks = {rows.data(), zeros.data()};
  EXPECT_FALSE(this->compressor_.compress(0, 0, blocks, 18));
  EXPECT_FALSE(this->compressor_.compressed(0));
  EXPECT_EQ(rows, before);
  this->set(rows, this->block(0.3, 1e-8));
  EXPECT_FALSE(this->compressor_.compress(0, 0, blocks, 2)) << "would not pay";
  EXPECT_TRUE(this->compressor_.compress(0, 0, blocks, 18));
  EXPECT_TRUE(this->compressor_.compressed(0));
  EXPECT_FALSE(this->compressor_.compressed(1));
  this->compressor_.begin(0);
  EXPECT_FALSE(this->compressor_.compressed(0));
  EXPECT_EQ(this->compressor_.rank(0), this->kRows);
}

TYPED_TEST(SourceCompressorOf, KeepsTheToleranceForEveryBlockOfRandomSources) {
  using Real = TypeParam;
  for (int trial = 0; trial < 40; ++trial) {
    std::vector<Rows<Real>> blocks;
    std::vector<Real*> places;
    // Small blocks count as much as large ones, and zeros lose nothing.
    for (int b = 0; b <= trial % 4; ++b) {
      blocks.push_back(this->block(0.2 + 0.5 * this->random_.uniform(), std::pow(1e-3, b)));
    }
    blocks.push_back(Rows<Real>::Zero(this->kRows, this->kSize));
    const auto before = blocks;
    for (Rows<Real>& rows : blocks) places.push_back(rows.data());
    this->compressor_.begin(1);
    if (!this->compressor_.compress(0, 1, places, 18)) continue;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const double lost = (this->expanded(1, blocks[b]) - before[b]).template cast<double>().norm();
      EXPECT_LE(lost,
                (this->kTolerance + this->kRounding) * before[b].template cast<double>().norm());
    }
  }
}

TYPED_TEST(SourceCompressorOf, RefusesNumbersThatAreNotFinite) {
  using Real = TypeParam;
  for (const Real bad :
       {std::numeric_limits<Real>::quiet_NaN(), std::numeric_limits<Real>::infinity()}) {
    Rows<Real> rows = this->block(0.3, 1);
    rows(3, 4) = bad;
    const std::array<Real*, 1> blocks = {rows.data()};
    EXPECT_FALSE(this->compressor_.compress(0, 0, blocks, 18));
  }
  Rows<Real> zeros = Rows<Real>::Zero(this->kRows, this->kSize);
  const std::array<Real*, 1> blocks = {zeros.data()};
  EXPECT_FALSE(this->compressor_.compress(0, 0, blocks, 18));
}

TEST(SourceCompressor, LeavesAloneWhereRoundingHidesTheTolerance) {
  RandomStream random(7);
  Rows<double> rows = graded(20, 33, 0.3, random);
  const std::array<double*, 1> blocks = {rows.data()};
  const SourceCompressor<double>::Shape shape{.slots = 1, .rows = 20, .size = 33};
  SourceCompressor<double> fine(shape, 1e-9);
  EXPECT_FALSE(fine.compress(0, 0, blocks, 18));
  SourceCompressor<double> coarse(shape, 1e-6);
  EXPECT_TRUE(coarse.compress(0, 0, blocks, 18));
}

}  // namespace
}  // namespace stategrad::gradient

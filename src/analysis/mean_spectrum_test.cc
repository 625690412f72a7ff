// SPDX-License-Identifier: MIT
#include "analysis/mean_spectrum.h"

#include <gmock/gmock.h>

#include <cmath>

#include "analysis/analysis_test_util.h"
#include "analysis/gram.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// Sums of blocks of matrices `mean` + noise.
class Blocks {
 public:
  Blocks(const Matrix& mean, double noise, const std::vector<int>& counts, std::uint64_t seed) {
    RandomStream random(seed);
    for (const int count : counts) {
      std::vector<double> sum(mean.values.size());
      for (int i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < sum.size(); ++j) {
          sum[j] += mean.values[j] + noise * normal(random);
        }
      }
      sums_.push_back(std::move(sum));
      counts_.push_back(count);
    }
  }
  [[nodiscard]] std::vector<BlockSum> view() const {
    std::vector<BlockSum> blocks;
    for (std::size_t b = 0; b < sums_.size(); ++b) blocks.push_back({counts_[b], sums_[b]});
    return blocks;
  }

 private:
  std::vector<std::vector<double>> sums_;
  std::vector<int> counts_;
};

Matrix zeros(int rows, int columns) {
  return {rows, columns, std::vector<double>(static_cast<std::size_t>(rows * columns))};
}

/// σ u vᵀ with σ = 3 for unit vectors of equal entries.
Matrix rank_one(int rows, int columns) {
  Matrix matrix = zeros(rows, columns);
  for (double& value : matrix.values) value = 3 / std::sqrt(static_cast<double>(rows * columns));
  return matrix;
}

TEST(SpectralMeasures, EqualValuesHaveFullEffectiveRank) {
  const SpectralMeasures measures = spectral_measures(std::vector<double>(5, 2.0));
  EXPECT_DOUBLE_EQ(measures.sum, 10);
  EXPECT_DOUBLE_EQ(measures.share, 0.2);
  EXPECT_NEAR(measures.effective_rank, 5, 1e-12);
}

TEST(SpectralMeasures, OneValueIsOneDirection) {
  EXPECT_NEAR(spectral_measures(std::vector<double>{4, 0, 0}).effective_rank, 1, 1e-12);
}

TEST(SpectralMeasures, ZerosAreZero) {
  const SpectralMeasures measures = spectral_measures(std::vector<double>(3));
  EXPECT_EQ(measures.effective_rank, 0);
  EXPECT_EQ(measures.share, 0);
}

class MeanSpectrumOf : public FolderTest {};

TEST_F(MeanSpectrumOf, BlocksIsThatOfNumpy) {
  for (const auto& [rows, columns] : {std::pair{7, 4}, {4, 7}, {5, 5}}) {
    const Matrix matrix = random_matrix(rows, columns, 3);
    write_matrix(folder_ / "m.npy", matrix);
    run_python(
        "m = load('m.npy'); s = numpy.linalg.svd(m, compute_uv=False); p = s / s.sum()\n"
        "save('s.npy', s); save('r.npy', numpy.exp(-(p * numpy.log(p)).sum())[None])");
    const Blocks blocks(matrix, 0, {2, 3, 1}, 1);
    const MeanSpectrum found = analyse_mean(blocks.view(), rows, columns);
    const auto expected = read_vector(folder_ / "s.npy", std::min(rows, columns));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_NEAR(found.values[i], expected[i], 1e-12);
      EXPECT_NEAR(Gram({matrix.values.data(), rows, columns}).singular_values()[i], expected[i],
                  1e-7);
    }
    EXPECT_NEAR(found.effective_rank.value, read_vector(folder_ / "r.npy", 1)[0], 1e-10);
    EXPECT_EQ(found.count, 6);
    // The same matrix everywhere: no error, no noise, and nothing that cross-validation takes away.
    EXPECT_NEAR(found.largest.error, 0, 1e-7);
    EXPECT_NEAR(found.noise.largest, 0, 1e-7);
    EXPECT_NEAR(found.cross.value, expected[0], 1e-7);
  }
}

TEST_F(MeanSpectrumOf, TheJackknifeCoversTheKnownValue) {
  const Matrix truth = rank_one(12, 6);
  int covered = 0;
  constexpr int kTrials = 200;
  for (int trial = 0; trial < kTrials; ++trial) {
    const Blocks blocks(truth, 0.4, std::vector<int>(10, 40), 100 + static_cast<unsigned>(trial));
    const MeanSpectrum found = analyse_mean(blocks.view(), 12, 6, {.patterns = 1});
    // 97.5 % quantile of Student's t with 9 degrees of freedom.
    covered += std::abs(found.cross.value - 3) < 2.262 * found.cross.error ? 1 : 0;
  }
  EXPECT_GE(covered, kTrials * 88 / 100);
}

TEST_F(MeanSpectrumOf, NoiseAloneIsForeseen) {
  double expected = 0;
  double found_in_mean = 0;
  for (unsigned trial = 0; trial < 20; ++trial) {
    const Blocks blocks(zeros(12, 6), 1, {30, 20, 25, 30, 20, 25, 30, 20, 25, 30}, trial);
    const MeanSpectrum found = analyse_mean(blocks.view(), 12, 6);
    expected += found.noise.largest / 20;
    found_in_mean += found.largest.value / 20;
  }
  EXPECT_NEAR(found_in_mean / expected, 1, 0.05);
}

TEST_F(MeanSpectrumOf, TheSignalIsNoPartOfTheNoise) {
  const std::vector<int> counts(10, 30);
  const double alone =
      analyse_mean(Blocks(zeros(12, 6), 0.5, counts, 7).view(), 12, 6).noise.largest;
  const double with =
      analyse_mean(Blocks(rank_one(12, 6), 0.5, counts, 7).view(), 12, 6).noise.largest;
  EXPECT_NEAR(with, alone, 1e-9);
}

TEST_F(MeanSpectrumOf, RareClassesAreNotLargerByCrossValidation) {
  double plain = 0;
  double cross = 0;
  for (unsigned trial = 0; trial < 30; ++trial) {
    const Blocks rare(rank_one(12, 6), 4, std::vector<int>(10, 4), trial);
    const MeanSpectrum found = analyse_mean(rare.view(), 12, 6, {.patterns = 1});
    plain += found.largest.value / 30;
    cross += found.cross.value / 30;
  }
  EXPECT_GT(plain, 3.5);  // the bias of a noisy mean
  EXPECT_LT(cross, 3.05);
}

TEST_F(MeanSpectrumOf, OneBlockHasNoErrors) {
  const MeanSpectrum found = analyse_mean(Blocks(rank_one(3, 3), 0, {5}, 1).view(), 3, 3);
  EXPECT_NEAR(found.largest.value, 3, 1e-12);
  EXPECT_TRUE(std::isinf(found.largest.error));
  EXPECT_TRUE(std::isinf(found.cross.error));
}

TEST_F(MeanSpectrumOf, EmptyBlocksAreLeftOut) {
  const Blocks full(random_matrix(4, 3, 1), 0.1, {3, 4}, 1);
  auto with_empty = full.view();
  const std::vector<double> nothing(12);
  with_empty.push_back({0, nothing});
  const MeanSpectrum found = analyse_mean(with_empty, 4, 3);
  EXPECT_EQ(found.largest.error, analyse_mean(full.view(), 4, 3).largest.error);
  EXPECT_THAT(found.sizes, testing::ElementsAre(3, 4, 0));
  EXPECT_EQ(jackknife(found.cross.value, found.cross_without, found.sizes).error,
            found.cross.error);
}

TEST_F(MeanSpectrumOf, NothingIsRefused) {
  const std::vector<double> nothing(12);
  const std::vector<BlockSum> blocks = {{0, nothing}};
  EXPECT_THAT([&] { static_cast<void>(analyse_mean(blocks, 4, 3)); },
              ThrowsMessage<UsageError>(HasSubstr("nothing was counted")));
}

TEST_F(MeanSpectrumOf, InfinityIsRefused) {
  const std::vector<double> sum(12, std::numeric_limits<double>::infinity());
  const std::vector<BlockSum> blocks = {{1, sum}, {2, sum}};
  EXPECT_THROW(static_cast<void>(analyse_mean(blocks, 4, 3)), NumericalError);
}

}  // namespace
}  // namespace stategrad::analysis

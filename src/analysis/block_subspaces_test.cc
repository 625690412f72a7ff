// SPDX-License-Identifier: MIT
#include "analysis/block_subspaces.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// Blocks with a signal along a few directions, one of them empty.
struct Blocks {
  std::vector<Matrix> sums;
  std::vector<BlockSum> blocks;
};
Blocks random_blocks(int rows, int columns, std::uint64_t seed) {
  Blocks made;
  const std::vector<std::int64_t> counts = {3, 5, 0, 4, 9};
  const Matrix signal = random_matrix(rows, columns, seed);
  for (std::size_t b = 0; b < counts.size(); ++b) {
    Matrix sum = random_matrix(rows, columns, seed + 1 + b);
    for (std::size_t i = 0; i < sum.values.size(); ++i) {
      sum.values[i] =
          counts[b] == 0 ? 0 : sum.values[i] + static_cast<double>(counts[b]) * signal.values[i];
    }
    made.sums.push_back(std::move(sum));
  }
  for (std::size_t b = 0; b < counts.size(); ++b) {
    made.blocks.push_back({counts[b], made.sums[b].values});
  }
  return made;
}

std::vector<double> unit(int size, std::uint64_t seed) {
  std::vector<double> vector = random_matrix(1, size, seed).values;
  double square = 0;
  for (const double value : vector) square += value * value;
  for (double& value : vector) value /= std::sqrt(square);
  return vector;
}

class BlockSubspacesTest : public FolderTest {
 protected:
  void write(const std::string& name, const Blocks& made) const {
    Matrix all{0, made.sums[0].columns, {}};
    for (const Matrix& sum : made.sums) {
      all.rows += sum.rows;
      all.values.insert(all.values.end(), sum.values.begin(), sum.values.end());
    }
    write_matrix(folder_ / name, all);
  }
};

/// Of every leave-out once more, by numpy.
constexpr const char* kNumpy = R"(
counts = numpy.array([3., 5, 0, 4, 9])
def blocks(name):
    all = load(name)
    return all.reshape(5, -1, all.shape[1])
def jackknife(f):
    theta, n = f(numpy.ones(5)), counts.sum()
    used = [b for b in range(5) if counts[b]]
    without = numpy.array([f(numpy.arange(5) != b) for b in used])
    h = n / counts[used]
    centre = len(used) * theta - ((1 - 1 / h) * without).sum()
    tau = h * theta - (h - 1) * without
    return theta, numpy.sqrt(((tau - centre) ** 2 / (h - 1)).mean())
def mean(sums, kept):
    return numpy.tensordot(kept, sums, 1) / (kept * counts).sum()
def leading(matrix, k):
    return numpy.linalg.svd(matrix, full_matrices=False)[2][:k]
)";

TEST_F(BlockSubspacesTest, MeasuresOfADirectionAreThoseOfNumpy) {
  for (const auto& [rows, columns] : {std::pair{12, 7}, {5, 9}}) {
    const Blocks made = random_blocks(rows, columns, 3);
    const auto direction = unit(columns, 50);
    const auto found =
        measure_direction(made.blocks, block_subspaces(made.blocks, rows, columns, 3), direction);
    write("a.npy", made);
    write_matrix(folder_ / "v.npy", {1, columns, direction});
    write_matrix(folder_ / "ours.npy",
                 {1,
                  6,
                  {found.relative_memory.value, found.relative_memory.error, found.cosine.value,
                   found.cosine.error, found.chance_relative_memory, found.chance_cosine}});
    run_python(std::string(kNumpy) + R"(
a, v = blocks('a.npy'), load('v.npy')[0]
G = mean(a, numpy.ones(5))
relative = jackknife(lambda kept: numpy.linalg.norm(mean(a, kept) @ v)
                     / numpy.linalg.norm(mean(a, kept), 2))
cosine = jackknife(lambda kept: numpy.linalg.norm(leading(mean(a, kept), 3) @ v))
random = numpy.random.default_rng(1).normal(size=(len(v), 400000))
random /= numpy.linalg.norm(random, axis=0)
numpy.testing.assert_allclose(load('ours.npy')[0, :4], relative + cosine, rtol=1e-6)
numpy.testing.assert_allclose(
    load('ours.npy')[0, 4:],
    [numpy.sqrt(((G @ random) ** 2).sum(axis=0).mean()) / numpy.linalg.norm(G, 2),
     numpy.sqrt(((leading(G, 3) @ random) ** 2).sum(axis=0).mean())], rtol=5e-3)
)");
  }
}

TEST_F(BlockSubspacesTest, ComparisonsAreThoseOfScipy) {
  for (const auto& [rows, columns] : {std::pair{12, 7}, {5, 9}}) {
    const Blocks a = random_blocks(rows, columns, 3);
    const Blocks b = random_blocks(rows, columns, 30);
    const auto first = block_subspaces(a.blocks, rows, columns, 2);
    const auto second = block_subspaces(b.blocks, rows, columns, 2);
    const auto paired = compare_subspaces(first, second, 2);
    const auto alone = compare_independent_subspaces(first, second, 2);
    EXPECT_EQ(paired.blocks, 4);
    EXPECT_EQ(paired.degrees, alone.degrees);
    write("a.npy", a);
    write("b.npy", b);
    write_matrix(folder_ / "ours.npy",
                 {1,
                  7,
                  {paired.degrees[0], paired.degrees[1], paired.mean_cosine, paired.overlap.value,
                   paired.overlap.error, alone.overlap.error, paired.chance}});
    run_python(std::string(kNumpy) + R"(
import scipy.linalg
a, b = blocks('a.npy'), blocks('b.npy')
def angles(kept_a, kept_b):
    return scipy.linalg.subspace_angles(leading(mean(a, kept_a), 2).T,
                                        leading(mean(b, kept_b), 2).T)[::-1]
def overlap(kept_a, kept_b):
    return (numpy.cos(angles(kept_a, kept_b)) ** 2).mean()
whole = numpy.ones(5)
found = angles(whole, whole)
paired = jackknife(lambda kept: overlap(kept, kept))
alone = numpy.hypot(jackknife(lambda kept: overlap(kept, whole))[1],
                    jackknife(lambda kept: overlap(whole, kept))[1])
numpy.testing.assert_allclose(
    load('ours.npy')[0], [*numpy.degrees(found), numpy.cos(found).mean(), *paired, alone,
                          2 / a.shape[2]], rtol=1e-6)
)");
  }
}

TEST_F(BlockSubspacesTest, ErrorsAreTheScatterOfTheMeanAroundAKnownAnswer) {
  // Ḡ = diag(2, 1 + noise): along the second axis |Ḡ v| / σ₁ is (1 + mean noise) / 2, whose
  // standard error is the scatter of the blocks / √K / 2.
  constexpr int kBlocks = 400;
  std::vector<std::vector<double>> sums;
  double square = 0;
  double mean = 0;
  RandomStream random(4);
  for (int b = 0; b < kBlocks; ++b) {
    const double noise = 0.2 * normal(random);
    mean += noise / kBlocks;
    square += noise * noise / kBlocks;
    sums.push_back({2, 0, 0, 1 + noise});
  }
  std::vector<BlockSum> blocks;
  for (const auto& sum : sums) blocks.push_back({1, sum});
  const std::vector<double> axis = {0, 1};
  const auto found = measure_direction(blocks, block_subspaces(blocks, 2, 2, 1), axis);
  EXPECT_NEAR(found.relative_memory.value, (1 + mean) / 2, 1e-12);
  EXPECT_NEAR(found.relative_memory.error, std::sqrt((square - mean * mean) / (kBlocks - 1)) / 2,
              1e-9);
  EXPECT_NEAR(found.cosine.value, 0, 1e-12);
}

TEST_F(BlockSubspacesTest, ASubspaceLiesInItself) {
  const Blocks made = random_blocks(8, 6, 3);
  const auto subspaces = block_subspaces(made.blocks, 8, 6, 3);
  const auto found = compare_subspaces(subspaces, subspaces, 2);
  EXPECT_NEAR(found.overlap.value, 1, 1e-12);
  EXPECT_NEAR(found.overlap.error, 0, 1e-12);
  EXPECT_NEAR(found.mean_cosine, 1, 1e-12);
}

TEST_F(BlockSubspacesTest, AMeanOfZeroHasNoMeasure) {
  const std::vector<double> zero(6);
  const std::vector<BlockSum> blocks = {{1, zero}, {2, zero}};
  const std::vector<double> axis = {1, 0};
  const auto found = measure_direction(blocks, block_subspaces(blocks, 3, 2, 1), axis);
  EXPECT_TRUE(std::isnan(found.relative_memory.value));
  EXPECT_TRUE(std::isnan(found.cosine.value));
}

TEST_F(BlockSubspacesTest, OneBlockHasNoError) {
  const Matrix sum = random_matrix(3, 2, 1);
  const std::vector<BlockSum> blocks = {{4, sum.values}};
  const auto subspaces = block_subspaces(blocks, 3, 2, 1);
  EXPECT_TRUE(std::isinf(measure_direction(blocks, subspaces, unit(2, 1)).relative_memory.error));
  EXPECT_TRUE(std::isinf(compare_subspaces(subspaces, subspaces, 1).overlap.error));
}

TEST_F(BlockSubspacesTest, WhatDoesNotFitIsRefused) {
  const Blocks made = random_blocks(3, 2, 3);
  EXPECT_THAT([&] { return block_subspaces(made.blocks, 3, 2, 3); },
              ThrowsMessage<UsageError>(HasSubstr("from 1 to 2")));
  EXPECT_THAT([] { return block_subspaces({}, 3, 2, 1); },
              ThrowsMessage<UsageError>(HasSubstr("nothing was counted")));
  const auto five = block_subspaces(made.blocks, 3, 2, 1);
  const auto two = block_subspaces(std::span(made.blocks).first(2), 3, 2, 1);
  EXPECT_THAT([&] { return compare_subspaces(five, two, 1); },
              ThrowsMessage<UsageError>(HasSubstr("of 5 and of 2 blocks")));
}

}  // namespace
}  // namespace stategrad::analysis

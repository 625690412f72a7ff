// SPDX-License-Identifier: MIT
#include "analysis/word_space.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr int kWords = 40;

/// One block, so that nothing is left out.
BlockSubspaces remembered(const Matrix& gradient, int k) {
  const std::vector<BlockSum> blocks = {{1, gradient.values}};
  return block_subspaces(blocks, gradient.rows, gradient.columns, k);
}

class WordSpaceTest : public FolderTest {};

TEST_F(WordSpaceTest, AnglesAreThoseOfTheCoordinatesOfTheWords) {
  const Matrix first = random_matrix(kWords, 5, 1);
  Matrix second = random_matrix(kWords, 7, 2);
  for (int i = 0; i < kWords; ++i)
    second.values[static_cast<std::size_t>(7 * i)] = first.values[static_cast<std::size_t>(5 * i)];
  const Matrix a = random_matrix(9, 5, 3);
  const Matrix b = random_matrix(4, 7, 4);
  const WordSpace space(first, second);
  const auto found =
      compare_subspaces(space.of_first(remembered(a, 3)), space.of_second(remembered(b, 3)), 3);
  write_matrix(folder_ / "first.npy", first);
  write_matrix(folder_ / "second.npy", second);
  write_matrix(folder_ / "a.npy", a);
  write_matrix(folder_ / "b.npy", b);
  write_matrix(folder_ / "ours.npy", {1, 3, found.degrees});
  write_matrix(folder_ / "chance.npy", {1, 1, {space.chance(3)}});
  run_python(R"(
import scipy.linalg
def centred(name):
    return load(name) - load(name).mean(axis=0)
X, Y = centred('first.npy'), centred('second.npy')
def directions(name):
    return numpy.linalg.svd(load(name), full_matrices=False)[2][:3].T
angles = scipy.linalg.subspace_angles(X @ directions('a.npy'), Y @ directions('b.npy'))[::-1]
numpy.testing.assert_allclose(load('ours.npy')[0], numpy.degrees(angles), rtol=1e-9)
random = numpy.random.default_rng(1)
def anything(of):
    basis = numpy.linalg.qr(of)[0]
    return numpy.linalg.qr(basis @ random.normal(size=(of.shape[1], 3)))[0]
overlap = [numpy.linalg.norm(anything(X).T @ anything(Y)) ** 2 / 3 for _ in range(20000)]
numpy.testing.assert_allclose(load('chance.npy')[0], numpy.mean(overlap), rtol=0.02)
)");
}

TEST_F(WordSpaceTest, ALinearMapOfTheEmbeddingsChangesNothing) {
  const Matrix first = random_matrix(kWords, 4, 1);
  const Matrix turn = random_matrix(4, 4, 2);
  const Matrix second = multiply(first, turn);
  // y = Tᵀ x: a direction v of y is the direction T v of x.
  const Matrix gradient = random_matrix(6, 4, 3);
  BlockSubspaces theirs = remembered(gradient, 2);
  BlockSubspaces ours = theirs;
  Matrix transposed = turn;
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) transposed.values[4 * i + j] = turn.values[4 * j + i];
  }
  ours.all.right = multiply(theirs.all.right, transposed);
  ours.without = {ours.all};
  const WordSpace space(first, second);
  const auto found = compare_subspaces(space.of_first(ours), space.of_second(theirs), 2);
  for (const double degree : found.degrees) EXPECT_NEAR(degree, 0, 1e-6);
  EXPECT_NEAR(found.overlap.value, 1, 1e-12);
  EXPECT_NEAR(space.chance(2), 2.0 / 4, 1e-12);
}

TEST_F(WordSpaceTest, NeedsMoreWordsThanDimensions) {
  EXPECT_THAT([] { WordSpace(random_matrix(5, 4, 1), random_matrix(5, 5, 2)); },
              ThrowsMessage<UsageError>(HasSubstr("5 and 5 words, of 4 and 5 dimensions")));
  EXPECT_THAT([] { WordSpace(random_matrix(12, 4, 1), random_matrix(11, 5, 2)); },
              ThrowsMessage<UsageError>(HasSubstr("12 and 11 words")));
}

TEST_F(WordSpaceTest, NeedsEmbeddingsOfAllTheirDimensions) {
  Matrix flat = random_matrix(kWords, 4, 1);
  for (std::size_t i = 0; i < flat.values.size(); i += 4) flat.values[i] = 1;
  EXPECT_THAT([&] { WordSpace(flat, random_matrix(kWords, 5, 2)); },
              ThrowsMessage<NumericalError>(HasSubstr("reach 3 of 4 dimensions")));
}

}  // namespace
}  // namespace stategrad::analysis

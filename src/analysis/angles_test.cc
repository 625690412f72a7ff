// SPDX-License-Identifier: MIT
#include "analysis/angles.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;
using testing::Pointwise;
using testing::ThrowsMessage;

class Angles : public FolderTest {};

/// Two directions of three dimensions, the second turned out of the plane by the angle.
Decomposition plane(double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  return {{2, 1}, {2, 3, {1, 0, 0, 0, std::cos(angle), std::sin(angle)}}};
}

TEST_F(Angles, AreThoseOfScipy) {
  for (const auto& [rows, columns, k] : {std::tuple{12, 7, 3}, {5, 9, 5}, {20, 20, 1}, {9, 6, 6}}) {
    const Matrix a = random_matrix(rows, columns, 1);
    const Matrix b = random_matrix(rows + 2, columns, 2);
    write_matrix(folder_ / "a.npy", a);
    write_matrix(folder_ / "b.npy", b);
    write_matrix(folder_ / "k.npy", {1, 1, {static_cast<double>(k)}});
    const auto ours = principal_angles(decompose(a), decompose(b), k);
    write_matrix(folder_ / "ours.npy", {1, k, ours});
    write_matrix(folder_ / "overlap.npy", {1, 1, {subspace_overlap(ours)}});
    run_python(R"(
import scipy.linalg
k = int(load('k.npy')[0, 0])
def leading(matrix):
    return numpy.linalg.svd(matrix, full_matrices=False)[2][:k]
angles = scipy.linalg.subspace_angles(leading(load('a.npy')).T, leading(load('b.npy')).T)[::-1]
ours = numpy.radians(load('ours.npy')[0])
# Of a common direction scipy's angle is 0 or the root of its rounding, as its BLAS adds up.
common = angles < 1e-7
numpy.testing.assert_allclose(ours[~common], angles[~common], rtol=0, atol=1e-13)
numpy.testing.assert_array_less(ours[common], 1e-13)
numpy.testing.assert_allclose(load('overlap.npy')[0, 0], numpy.mean(numpy.cos(angles) ** 2), rtol=1e-12)
)");
  }
}

TEST_F(Angles, OfAPlaneThatIsTurnedAreTheTurn) {
  for (const double turn : {0.0, 1e-9, 1e-4, 30.0, 44.9, 45.1, 60.0, 90.0}) {
    const auto angles = principal_angles(plane(0), plane(turn), 2);
    EXPECT_THAT(angles, Pointwise(DoubleNear(1e-13 + 1e-12 * turn), {0.0, turn}));
  }
}

TEST_F(Angles, DependOnTheSubspaceOnlyAndNotOnItsBasis) {
  const double s = std::sqrt(0.5);
  const Decomposition turned{{2, 1}, {2, 3, {s, s, 0, -s, s, 0}}};
  EXPECT_THAT(principal_angles(plane(0), turned, 2), Pointwise(DoubleNear(1e-6), {0.0, 0.0}));
  EXPECT_THAT(principal_angles(plane(0), turned, 1), Pointwise(DoubleNear(1e-12), {45.0}));
}

TEST_F(Angles, OverlapOfRandomSubspacesIsKOverE) {
  double mean = 0;
  for (std::uint64_t seed = 0; seed < 800; seed += 2) {
    const auto a = decompose(random_matrix(8, 8, seed));
    const auto b = decompose(random_matrix(8, 8, seed + 1));
    mean += subspace_overlap(principal_angles(a, b, 2)) / 400;
  }
  EXPECT_NEAR(mean, 2.0 / 8, 0.02);
}

TEST_F(Angles, RefuseDirectionsThatAreNotThere) {
  const Decomposition good = plane(0);
  for (const int k : {-1, 0, 3}) {
    EXPECT_THAT([&] { (void)principal_angles(good, good, k); },
                ThrowsMessage<UsageError>(HasSubstr("from 1 to 2")));
  }
  const Decomposition wider = decompose(random_matrix(4, 4, 1));
  EXPECT_THAT([&] { (void)principal_angles(good, wider, 1); },
              ThrowsMessage<UsageError>(HasSubstr("of 3 and of 4 dimensions")));
  const Decomposition single = decompose({2, 3, {1, 2, 3, 2, 4, 6}});
  EXPECT_EQ(principal_angles(single, single, 1).size(), 1U);
  EXPECT_THAT([&] { (void)principal_angles(good, single, 2); },
              ThrowsMessage<NumericalError>(HasSubstr("does not remember 2 directions")));
  const Decomposition nothing = decompose({2, 3, std::vector<double>(6)});
  EXPECT_THROW((void)principal_angles(nothing, nothing, 1), NumericalError);
}

}  // namespace
}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
#include "analysis/memory.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;
using testing::Pointwise;
using testing::ThrowsMessage;

class Memory : public FolderTest {};

TEST_F(Memory, SingularValuesAndVectorsAreThoseOfNumpy) {
  for (const auto& [rows, columns] : {std::pair{9, 5}, {5, 9}, {40, 33}, {1, 4}}) {
    const Matrix matrix = random_matrix(rows, columns, 3);
    const Decomposition decomposition = decompose(matrix);
    write_matrix(folder_ / "m.npy", matrix);
    write_matrix(folder_ / "s.npy", {1, std::min(rows, columns), decomposition.values});
    write_matrix(folder_ / "v.npy", decomposition.right);
    run_python(R"(
u, s, vh = numpy.linalg.svd(load('m.npy'), full_matrices=False)
numpy.testing.assert_allclose(load('s.npy')[0], s, rtol=1e-12)
numpy.testing.assert_allclose(numpy.abs(numpy.sum(load('v.npy') * vh, axis=1)), 1, rtol=1e-12)
)");
  }
}

TEST_F(Memory, MeasuresAreThoseOfNumpy) {
  const Matrix gradient = random_matrix(12, 6, 1);
  const Matrix Z = random_matrix(6, 6, 2);
  const Matrix difference = random_matrix(1, 6, 4);
  const auto direction = normalised_direction(Z, difference.values);
  const Matrix whitened = multiply(gradient, inverse(Z));
  const SubspaceMeasure measure = measure_subspace(decompose(whitened), 2, direction);
  write_matrix(folder_ / "g.npy", gradient);
  write_matrix(folder_ / "z.npy", Z);
  write_matrix(folder_ / "d.npy", difference);
  write_matrix(folder_ / "ours.npy",
               {1, 3, {relative_memory(whitened, direction), measure.cosine, measure.percentage}});
  run_python(R"(
z = load('z.npy')
v = z @ load('d.npy')[0]
v /= numpy.linalg.norm(v)
g = load('g.npy') @ numpy.linalg.inv(z)
u, s, vh = numpy.linalg.svd(g)
expected = [numpy.linalg.norm(g @ v) / s[0], numpy.linalg.norm(vh[:2] @ v), 100 * s[:2].sum() / s.sum()]
numpy.testing.assert_allclose(load('ours.npy')[0], expected, rtol=1e-11)
)");
}

TEST_F(Memory, OfTheBestDirectionIsOneAndOfALostOneZero) {
  const Matrix gradient{2, 3, {0, 4, 0, 3, 0, 0}};
  EXPECT_NEAR(relative_memory(gradient, std::vector<double>{0, 1, 0}), 1, 1e-14);
  EXPECT_NEAR(relative_memory(gradient, std::vector<double>{1, 0, 0}), 0.75, 1e-14);
  EXPECT_EQ(relative_memory(gradient, std::vector<double>{0, 0, 1}), 0);
}

TEST_F(Memory, SubspacesHaveExactlyXDirections) {
  const Decomposition decomposition = decompose({2, 3, {0, 4, 0, 3, 0, 0}});
  const std::vector<double> second{1, 0, 0};
  EXPECT_NEAR(measure_subspace(decomposition, 1, second).cosine, 0, 1e-14);
  EXPECT_NEAR(measure_subspace(decomposition, 1, second).percentage, 400.0 / 7, 1e-12);
  EXPECT_NEAR(measure_subspace(decomposition, 2, second).cosine, 1, 1e-14);
  EXPECT_NEAR(measure_subspace(decomposition, 2, second).percentage, 100, 1e-12);
  for (const int x : {-1, 0, 3}) {
    EXPECT_THAT([&] { (void)measure_subspace(decomposition, x, second); },
                ThrowsMessage<UsageError>(HasSubstr("from 1 to 2")));
  }
}

TEST_F(Memory, NothingHasNoMeasure) {
  const Matrix zero{2, 2, {0, 0, 0, 0}};
  const std::vector<double> some{1, 0};
  EXPECT_THROW((void)relative_memory(zero, some), NumericalError);
  EXPECT_THROW((void)measure_subspace(decompose(zero), 1, some), NumericalError);
  EXPECT_THROW((void)normalised_direction(zero, some), NumericalError);
  EXPECT_THROW((void)inverse(zero), NumericalError);
  EXPECT_THROW((void)inverse({2, 2, {1, 2, 2, 4}}), NumericalError);
  EXPECT_THROW((void)multiply(zero, {3, 1, {1, 2, 3}}), UsageError);
}

TEST_F(Memory, InversesUndoTheirMatrices) {
  const Matrix matrix = random_matrix(4, 4, 9);
  EXPECT_THAT(multiply(matrix, inverse(matrix)).values,
              Pointwise(DoubleNear(1e-12),
                        {1., 0., 0., 0., 0., 1., 0., 0., 0., 0., 1., 0., 0., 0., 0., 1.}));
}

}  // namespace
}  // namespace stategrad::analysis

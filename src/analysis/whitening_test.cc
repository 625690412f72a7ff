// SPDX-License-Identifier: MIT
#include "analysis/whitening.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "io/npy.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// Embeddings whose dimensions depend on each other.
Matrix correlated(int rows, int columns) {
  Matrix matrix = random_matrix(rows, columns, 5);
  for (int r = 0; r < rows; ++r) {
    for (int c = 1; c < columns; ++c) {
      double* row = matrix.values.data() + r * columns;
      row[c] = 0.5 * row[c] + 0.7 * row[c - 1] + 3;
    }
  }
  return matrix;
}

class WhiteningTest : public FolderTest {};

TEST_F(WhiteningTest, IsThatOfNumpy) {
  const Matrix embeddings = correlated(40, 6);
  const Whitening whitening = whiten(embeddings);
  write_matrix(folder_ / "emb.npy", embeddings);
  write_matrix(folder_ / "C.npy", whitening.covariance);
  write_matrix(folder_ / "D.npy", whitening.factor);
  write_matrix(folder_ / "Z.npy", whitening.inverse);
  write_matrix(folder_ / "mean.npy", {1, 6, whitening.mean});
  run_python(R"(
emb = load('emb.npy')
C = numpy.cov(emb.T)
D = numpy.linalg.cholesky(C)
for name, expected in (('C', C), ('D', D), ('Z', numpy.linalg.inv(D)), ('mean', emb.mean(axis=0))):
    numpy.testing.assert_allclose(load(name + '.npy').reshape(expected.shape), expected,
                                  rtol=1e-12, atol=1e-13)
)");
}

TEST_F(WhiteningTest, ChecksAreNearlyZeroAndTheConditionIsThatOfNumpy) {
  const Matrix embeddings = correlated(60, 5);
  const Whitening whitening = whiten(embeddings);
  const WhiteningCheck check = check_whitening(whitening, embeddings);
  EXPECT_LT(check.mean, 1e-13);
  EXPECT_LT(check.identity, 1e-13);
  EXPECT_LT(check.covariance, 1e-12);
  write_matrix(folder_ / "Z.npy", whitening.inverse);
  EXPECT_NEAR(std::stod(python("print(repr(float(numpy.linalg.cond(load('Z.npy')))))")),
              check.condition, 1e-10);
}

TEST_F(WhiteningTest, ChecksFindATransformationThatIsWrong) {
  const Matrix embeddings = correlated(60, 5);
  Whitening whitening = whiten(embeddings);
  whitening.inverse.values[0] *= 1.5;
  whitening.mean[2] += 0.25;
  const WhiteningCheck check = check_whitening(whitening, embeddings);
  EXPECT_NEAR(check.mean, 0.25, 1e-12);
  EXPECT_NEAR(check.identity, 1.25, 1e-12);
  EXPECT_NEAR(check.covariance, 1.25, 1e-11);
}

TEST_F(WhiteningTest, SingularCovariancesAreRefused) {
  EXPECT_THAT([] { (void)whiten(random_matrix(5, 5, 1)); },
              ThrowsMessage<NumericalError>(HasSubstr("5 embeddings of 5 dimensions is singular")));
  EXPECT_THROW((void)whiten(random_matrix(1, 2, 1)), NumericalError);
  Matrix twice = random_matrix(50, 2, 1);
  for (int r = 0; r < 50; ++r) twice.values[r * 2 + 1] = 2 * twice.values[r * 2];
  EXPECT_THROW((void)whiten(twice), NumericalError);
}

}  // namespace
}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
#include "analysis/whitening.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "analysis/memory.h"
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

std::vector<double> some_counts(int rows) {
  std::vector<double> counts;
  for (int r = 0; r < rows; ++r) counts.push_back(r % 7 == 0 ? 0 : 1 + r * r % 11);
  return counts;
}

TEST_F(WhiteningTest, AConstantDimensionIsRefusedWhateverItsRounding) {
  for (const double constant : {0.0, 1.0, 0.1, 1e9, 1e-9}) {
    Matrix embeddings = random_matrix(50, 4, 1);
    for (std::size_t i = 2; i < embeddings.values.size(); i += 4) embeddings.values[i] = constant;
    EXPECT_THROW(static_cast<void>(whiten(embeddings)), NumericalError) << constant;
  }
}

TEST_F(WhiteningTest, WeightedByCountsItIsThatOfNumpy) {
  const Matrix embeddings = correlated(40, 6);
  const auto counts = some_counts(40);
  const Whitening whitening = whiten(embeddings, {.weights = counts});
  write_matrix(folder_ / "emb.npy", embeddings);
  write_matrix(folder_ / "w.npy", {1, 40, counts});
  write_matrix(folder_ / "C.npy", whitening.covariance);
  write_matrix(folder_ / "D.npy", whitening.factor);
  write_matrix(folder_ / "mean.npy", {1, 6, whitening.mean});
  run_python(R"(
emb, w = load('emb.npy'), load('w.npy')[0]
C = numpy.cov(emb.T, fweights=w.astype(int))
D = numpy.linalg.cholesky(C)
for name, expected in (('C', C), ('D', D), ('mean', numpy.average(emb, axis=0, weights=w))):
    numpy.testing.assert_allclose(load(name + '.npy').reshape(expected.shape), expected,
                                  rtol=1e-12, atol=1e-12)
)");
  const WhiteningCheck check = check_whitening(whitening, embeddings, counts);
  EXPECT_LT(check.mean, 1e-13);
  EXPECT_LT(check.covariance, 1e-12);
  EXPECT_GT(check_whitening(whitening, embeddings).covariance, 0.01);
}

TEST_F(WhiteningTest, WeightsOfOneChangeNothing) {
  const Matrix embeddings = correlated(40, 6);
  const WhiteningOptions ones{.weights = std::vector<double>(40, 1),
                              .shrinkage = Shrinkage::kEstimated};
  const Whitening weighted = whiten(embeddings, ones);
  const Whitening plain = whiten(embeddings, {.shrinkage = Shrinkage::kEstimated});
  EXPECT_NEAR(weighted.lambda, plain.lambda, 1e-14);
  EXPECT_THAT(weighted.factor.values,
              testing::Pointwise(testing::DoubleNear(1e-13), plain.factor.values));
}

TEST_F(WhiteningTest, EstimatedShrinkageIsTheTextbookFormula) {
  const Matrix embeddings = correlated(30, 5);
  const auto counts = some_counts(30);
  const Whitening plain = whiten(embeddings, {.shrinkage = Shrinkage::kEstimated});
  const Whitening weighted =
      whiten(embeddings, {.weights = counts, .shrinkage = Shrinkage::kEstimated});
  write_matrix(folder_ / "emb.npy", embeddings);
  write_matrix(folder_ / "w.npy", {1, 30, counts});
  write_matrix(folder_ / "lambda.npy", {1, 2, {plain.lambda, weighted.lambda}});
  write_matrix(folder_ / "C.npy", plain.covariance);
  // The plain one as Schäfer and Strimmer print it, the weighted one word by word.
  run_python(R"(
emb, w = load('emb.npy'), load('w.npy')[0]
n, e = emb.shape
off = ~numpy.eye(e, dtype=bool)
x = emb - emb.mean(axis=0)
q = x[:, :, None] * x[:, None, :]
s = numpy.cov(emb.T)
variance = n / (n - 1) ** 3 * ((q - q.mean(axis=0)) ** 2).sum(axis=0)
plain = variance[off].sum() / (s[off] ** 2).sum()
assert 0 < plain < 1
p = w / w.sum()
x = emb - p @ emb
q = x[:, :, None] * x[:, None, :]
s = numpy.cov(emb.T, fweights=w.astype(int))
c = w.sum() / (w.sum() - 1)
mean = numpy.tensordot(p, q, 1)
variance = c ** 2 / (1 - p @ p) * numpy.tensordot(p ** 2, (q - mean) ** 2, 1)
weighted = variance[off].sum() / (s[off] ** 2).sum()
numpy.testing.assert_allclose(load('lambda.npy')[0], [plain, weighted], rtol=1e-10)
s = numpy.cov(emb.T)
numpy.testing.assert_allclose(load('C.npy'), (1 - plain) * s + plain * numpy.diag(numpy.diag(s)), rtol=1e-10)
)");
}

TEST_F(WhiteningTest, EstimatedShrinkageFallsWithTheNumberOfEmbeddings) {
  double before = 1;
  for (const int rows : {8, 80, 800}) {
    const double lambda = whiten(correlated(rows, 4), {.shrinkage = Shrinkage::kEstimated}).lambda;
    EXPECT_LT(lambda, before);
    before = lambda;
  }
  // Nothing but noise off the diagonal: nearly all of it goes.
  EXPECT_GT(whiten(random_matrix(60, 30, 2), {.shrinkage = Shrinkage::kEstimated}).lambda, 0.8);
}

TEST_F(WhiteningTest, ShrinkageBringsTheConditionDownAndHelpsWithFewEmbeddings) {
  const Matrix few = random_matrix(5, 5, 1);
  EXPECT_THROW((void)whiten(few), NumericalError);
  const Whitening shrunk = whiten(few, {.shrinkage = Shrinkage::kGiven, .lambda = 0.25});
  EXPECT_LT(check_whitening(shrunk, few).identity, 1e-12);
  EXPECT_EQ(shrunk.lambda, 0.25);
  const Matrix many = correlated(60, 8);
  const Whitening diagonal = whiten(many, {.shrinkage = Shrinkage::kGiven, .lambda = 1});
  for (int i = 0; i < 8; ++i) {
    for (int j = 0; j < 8; ++j) {
      const auto at = static_cast<std::size_t>(i * 8 + j);
      EXPECT_EQ(diagonal.factor.values[at] != 0, i == j);
    }
  }
  EXPECT_LT(check_whitening(diagonal, many).condition,
            check_whitening(whiten(many), many).condition);
}

TEST_F(WhiteningTest, TheSymmetricRootIsThatOfNumpy) {
  const Matrix embeddings = correlated(40, 6);
  const Whitening whitening = whiten(embeddings, {.root = WhiteningRoot::kSymmetric});
  EXPECT_LT(check_whitening(whitening, embeddings).covariance, 1e-12);
  write_matrix(folder_ / "emb.npy", embeddings);
  write_matrix(folder_ / "D.npy", whitening.factor);
  write_matrix(folder_ / "Z.npy", whitening.inverse);
  run_python(R"(
values, vectors = numpy.linalg.eigh(numpy.cov(load('emb.npy').T))
numpy.testing.assert_allclose(load('D.npy'), vectors * values ** 0.5 @ vectors.T, rtol=0, atol=1e-12)
numpy.testing.assert_allclose(load('Z.npy'), vectors * values ** -0.5 @ vectors.T, rtol=0, atol=1e-12)
)");
}

TEST_F(WhiteningTest, MeasuresDoNotDependOnTheRoot) {
  const Matrix embeddings = correlated(40, 6);
  const Matrix gradient = random_matrix(9, 6, 8);
  const Matrix difference = random_matrix(1, 6, 4);
  const auto measures = [&](WhiteningRoot root) {
    const Whitening whitening = whiten(embeddings, {.root = root});
    const Matrix normalised = multiply(gradient, whitening.factor);
    const auto direction = normalised_direction(whitening.inverse, difference.values);
    const Decomposition decomposition = decompose(normalised);
    std::vector<double> all = decomposition.values;
    all.push_back(relative_memory(normalised, direction));
    all.push_back(measure_subspace(decomposition, 2, direction).cosine);
    return all;
  };
  EXPECT_THAT(measures(WhiteningRoot::kSymmetric),
              testing::Pointwise(testing::DoubleNear(1e-12), measures(WhiteningRoot::kCholesky)));
}

TEST_F(WhiteningTest, OptionsThatMakeNoSenseAreRefused) {
  const Matrix embeddings = correlated(10, 2);
  const auto weighted = [&](std::vector<double> weights) {
    return [&, weights] { (void)whiten(embeddings, {.weights = weights}); };
  };
  std::vector<double> weights(10, 1);
  EXPECT_THAT(weighted(std::vector<double>(9, 1)),
              ThrowsMessage<UsageError>(HasSubstr("9 weights for 10 embeddings")));
  weights[3] = -1;
  EXPECT_THAT(weighted(weights), ThrowsMessage<UsageError>(HasSubstr("embedding 3 is -1")));
  EXPECT_THAT(weighted(std::vector<double>(10, 0)),
              ThrowsMessage<UsageError>(HasSubstr("sum of the weights is 0")));
  std::vector<double> one(10, 0);
  one[2] = 50;
  EXPECT_THAT(weighted(one), ThrowsMessage<NumericalError>(HasSubstr("singular")));
  for (const double lambda : {-0.1, 1.5, std::nan("")}) {
    EXPECT_THAT(
        [&] { (void)whiten(embeddings, {.shrinkage = Shrinkage::kGiven, .lambda = lambda}); },
        ThrowsMessage<UsageError>(HasSubstr("from 0 to 1")));
  }
}

}  // namespace
}  // namespace stategrad::analysis

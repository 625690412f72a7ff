// SPDX-License-Identifier: MIT
#include "analysis/probe.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// Classes of unequal frequency about three middles, which overlap.
LabelledVectors clouds(int count, int size) {
  LabelledVectors data{size, random_matrix(count, size, 7).values, {}};
  for (int i = 0; i < count; ++i) {
    const int label = i % 7 < 4 ? 0 : i % 7 < 6 ? 2 : 5;
    data.y.push_back(label);
    data.x[static_cast<std::size_t>(i * size + label % size)] += 1.5;
    data.x[static_cast<std::size_t>(i * size)] += 0.5 * label;
  }
  return data;
}

class ProbeTest : public FolderTest, public testing::WithParamInterface<ProbeParameters> {
 protected:
  /// Writes data, parameters and the fitted probe for a script; `names` says how it finds them.
  void write(const LabelledVectors& data, const ProbeParameters& parameters,
             const Probe& probe) const {
    const int P = static_cast<int>(probe.classes.size());
    write_matrix(folder_ / "x.npy", {data.count(), data.size, data.x});
    write_matrix(folder_ / "y.npy", {1, data.count(), {data.y.begin(), data.y.end()}});
    write_matrix(folder_ / "w.npy", {P, data.size, probe.weights});
    write_matrix(folder_ / "b.npy", {1, P, probe.bias});
    const std::vector<int> predicted = probe.predict(data.x);
    write_matrix(folder_ / "p.npy", {1, data.count(), {predicted.begin(), predicted.end()}});
    write_matrix(folder_ / "how.npy", {1,
                                       3,
                                       {parameters.loss_weight, parameters.balanced ? 1. : 0.,
                                        parameters.scheme == ProbeScheme::kMultinomial ? 1. : 0.}});
  }
  static constexpr const char* kRead = R"(
x, w, b = load('x.npy'), load('w.npy'), load('b.npy')[0]
y, p = load('y.npy')[0].astype(int), load('p.npy')[0].astype(int)
C, balanced, multinomial = load('how.npy')[0]
classes = numpy.unique(y)
z = x @ w.T + b
numpy.testing.assert_array_equal(p, classes[numpy.argmax(z, axis=1)])
)";
};

TEST_P(ProbeTest, HasNoGradientAtItsFit) {
  const LabelledVectors data = clouds(90, 4);
  write(data, GetParam(), fit_probe(data, GetParam()));
  run_python(std::string(kRead) + R"(
n, P = len(y), len(classes)
own = (y[:, None] == classes).astype(float)
counts = own.sum(axis=0)
if multinomial:
    prob = numpy.exp(z - z.max(axis=1, keepdims=True))
    prob /= prob.sum(axis=1, keepdims=True)
    s = (own @ (n / (P * counts)))[:, None] if balanced else 1
else:
    prob = 1 / (1 + numpy.exp(-z))
    s = numpy.where(own == 1, n / (2 * counts), n / (2 * (n - counts))) if balanced else 1
r = C * s * (prob - own)
assert numpy.abs(w + r.T @ x).max() < 1e-6, numpy.abs(w + r.T @ x).max()
assert numpy.abs(r.sum(axis=0)).max() < 1e-6
assert numpy.abs(w).max() > 0.1
)");
}

TEST_P(ProbeTest, IsThatOfScikitLearn) {
  const LabelledVectors data = clouds(90, 4);
  write(data, GetParam(), fit_probe(data, GetParam()));
  const std::string said = python(std::string(kRead) + R"(
try:
    from sklearn.linear_model import LogisticRegression
except ImportError:
    print('absent')
    raise SystemExit
import warnings
warnings.simplefilter('ignore')
# Its own L-BFGS stops too early for a comparison to six digits; a gradient of 1e-9 is not
# always within reach, so that an end is set.
model = LogisticRegression(C=C, class_weight='balanced' if balanced else None, tol=1e-9,
                           solver='newton-cg', max_iter=1000,
                           multi_class='multinomial' if multinomial else 'ovr')
model.fit(x, y)
bias = model.intercept_ - (model.intercept_.mean() - b.mean() if multinomial else 0)
numpy.testing.assert_allclose(w, model.coef_, rtol=1e-5, atol=1e-6)
numpy.testing.assert_allclose(b, bias, rtol=1e-5, atol=1e-6)
numpy.testing.assert_array_equal(p, model.predict(x))
)");
  if (said == "absent\n") GTEST_SKIP() << "scikit-learn is not installed";
  EXPECT_EQ(said, "");
}

TEST_P(ProbeTest, DoesNotDependOnItsStart) {
  const LabelledVectors data = clouds(90, 4);
  const Probe cold = fit_probe(data, GetParam());
  ProbeParameters other = GetParam();
  other.loss_weight *= 3;
  const Probe start = fit_probe(data, other, {.tolerance = 1e-4});
  const Probe warm = fit_probe(data, GetParam(), {.start = &start});
  for (std::size_t i = 0; i < cold.weights.size(); ++i) {
    EXPECT_NEAR(cold.weights[i], warm.weights[i], 1e-6);
  }
}

INSTANTIATE_TEST_SUITE_P(, ProbeTest,
                         testing::Values(ProbeParameters{0.1, false, ProbeScheme::kMultinomial},
                                         ProbeParameters{2, true, ProbeScheme::kMultinomial},
                                         ProbeParameters{0.4, false, ProbeScheme::kOneVsRest},
                                         ProbeParameters{1.2, true, ProbeScheme::kOneVsRest}),
                         [](const auto& test) {
                           return std::string(test.param.balanced ? "Balanced" : "Plain") +
                                  (test.param.scheme == ProbeScheme::kMultinomial ? "Multinomial"
                                                                                  : "OneVsRest");
                         });

TEST(Probe, FindsClassesThatAreFarApart) {
  const LabelledVectors data{2, {5, 0, 6, 1, -5, 0, -6, 1, 0, 9, 1, 8}, {3, 3, 1, 1, 0, 0}};
  for (const auto scheme : {ProbeScheme::kMultinomial, ProbeScheme::kOneVsRest}) {
    const Probe probe = fit_probe(data, {1, false, scheme});
    EXPECT_THAT(probe.classes, ElementsAre(0, 1, 3));
    EXPECT_EQ(accuracy(probe, data), 1);
    EXPECT_EQ(accuracy(probe, {2, {5, 0, 5, 0}, {3, 1}}), 0.5);
    EXPECT_EQ(accuracy(probe, {2, {}, {}}), 0);
  }
}

TEST(Probe, OfASingleClassSaysNothingElse) {
  const Probe probe = fit_probe({1, {1, 2}, {4, 4}}, {});
  EXPECT_THAT(probe.predict(std::vector<double>{-9, 9}), ElementsAre(4, 4));
}

TEST(Probe, WrongUseIsRefused) {
  EXPECT_THROW((void)fit_probe({1, {}, {}}, {}), UsageError);
  EXPECT_THAT(
      [] {
        (void)fit_probe({1, {1, 2}, {0, 1}}, {.loss_weight = 0});
      },
      ThrowsMessage<UsageError>(HasSubstr("C is 0")));
}

TEST(Probe, SubsetsKeepVectorsAndClassesTogether) {
  const LabelledVectors part = subset({2, {1, 2, 3, 4, 5, 6}, {7, 8, 9}}, std::vector<int>{2, 0});
  EXPECT_THAT(part.x, ElementsAre(5, 6, 1, 2));
  EXPECT_THAT(part.y, ElementsAre(9, 7));
}

}  // namespace
}  // namespace stategrad::analysis

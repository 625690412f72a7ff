// SPDX-License-Identifier: MIT
#include "analysis/projections.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

LabelledVectors clouds() {
  LabelledVectors data{4, random_matrix(60, 4, 2).values, {}};
  for (int i = 0; i < 60; ++i) {
    data.y.push_back(i % 3);
    data.x[static_cast<std::size_t>(4 * i)] *= 3;
    data.x[static_cast<std::size_t>(4 * i + 1 + i % 3)] += 2;
  }
  return data;
}

class Projections : public FolderTest {
 protected:
  void write(const LabelledVectors& data, const Projection& projection) const {
    write_matrix(folder_ / "x.npy", {data.count(), data.size, data.x});
    write_matrix(folder_ / "y.npy", {1, data.count(), {data.y.begin(), data.y.end()}});
    write_matrix(folder_ / "p.npy", projection.coordinates);
    write_matrix(folder_ / "share.npy",
                 {1, static_cast<int>(projection.share.size()), projection.share});
  }
};

TEST_F(Projections, PrincipalComponentsAreThoseOfNumpy) {
  const LabelledVectors data = clouds();
  write(data, principal_components(data, 2));
  run_python(R"(
x = load('x.npy')
u, s, vh = numpy.linalg.svd(x - x.mean(axis=0), full_matrices=False)
vh *= numpy.sign(vh[range(4), numpy.abs(vh).argmax(axis=1)])[:, None]
numpy.testing.assert_allclose(load('p.npy'), (x - x.mean(axis=0)) @ vh[:2].T, rtol=1e-9, atol=1e-11)
numpy.testing.assert_allclose(load('share.npy')[0], s[:2] ** 2 / numpy.sum(s ** 2), rtol=1e-11)
)");
}

TEST_F(Projections, DiscriminantsSolveTheGeneralisedEigenproblem) {
  const LabelledVectors data = clouds();
  write(data, discriminants(data, 2));
  run_python(R"(
x, y, p = load('x.npy'), load('y.npy')[0], load('p.npy')
m = numpy.array([x[y == c].mean(axis=0) for c in range(3)])
d = x - m[y.astype(int)]
W = d.T @ d / (len(x) - 3)
B = numpy.cov(m.T, bias=True)
values, axes = numpy.linalg.eig(numpy.linalg.solve(W, B))
order = numpy.argsort(-values.real)[:2]
axes = axes.real[:, order]
axes /= numpy.sqrt(numpy.sum(axes * (W @ axes), axis=0))
axes *= numpy.sign(axes[numpy.abs(axes).argmax(axis=0), range(2)])
numpy.testing.assert_allclose(p, (x - x.mean(axis=0)) @ axes, rtol=1e-8, atol=1e-9)
share = values.real[order] / values.real.sum()
numpy.testing.assert_allclose(load('share.npy')[0], share, rtol=1e-9)
)");
}

TEST_F(Projections, AreRefusedWithoutAxes) {
  const LabelledVectors data = clouds();
  EXPECT_THROW((void)principal_components(data, 0), UsageError);
  EXPECT_THROW((void)principal_components(data, 5), UsageError);
  EXPECT_THROW((void)discriminants(data, 3), UsageError);
  EXPECT_THROW((void)principal_components({1, {2, 2, 2}, {0, 1, 0}}, 1), NumericalError);
  EXPECT_THROW((void)discriminants({2, {0, 0, 1, 1, 2, 2}, {0, 1, 0}}, 1), NumericalError);
}

}  // namespace
}  // namespace stategrad::analysis

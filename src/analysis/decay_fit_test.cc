// SPDX-License-Identifier: MIT
#include "analysis/decay_fit.h"

#include <gmock/gmock.h>

#include "analysis/analysis_test_util.h"

namespace stategrad::analysis {
namespace {

std::vector<DecayPoint> noisy(DecayLaw law, const std::vector<double>& parameters, int delays,
                              std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<DecayPoint> points;
  for (int d = 0; d < delays; ++d) {
    const double value = decay_at(law, parameters, d);
    // Errors that are not the same share everywhere, so that a fit without weights is another one.
    const double error = 0.02 * value + 0.002 * (1 + d % 3);
    points.push_back({static_cast<double>(d), value + error * normal(random), error});
  }
  return points;
}

class DecayFitTest : public FolderTest {
 protected:
  /// Parameters and errors as scipy finds them with numerical derivatives.
  void expect_as_scipy(const std::string& formula, const std::vector<DecayPoint>& points,
                       const LawFit& fit) const {
    Matrix table{static_cast<int>(points.size()), 3, {}};
    for (const auto& [delay, value, error] : points) {
      table.values.insert(table.values.end(), {delay, value, error});
    }
    Matrix ours{static_cast<int>(fit.parameters.size()), 2, {}};
    for (const auto& [value, error] : fit.parameters) {
      ours.values.insert(ours.values.end(), {value, error});
    }
    write_matrix(folder_ / "points.npy", table);
    write_matrix(folder_ / "ours.npy", ours);
    write_matrix(folder_ / "chi.npy", {1, 1, {fit.chi_squared}});
    run_python("import scipy.optimize\ndef law(d, *q): " + formula + R"(
d, v, e = load('points.npy').T
ours = load('ours.npy')
def residuals(q):
    return (law(d, *q) - v) / e
q, covariance = scipy.optimize.curve_fit(law, d, v, 1.01 * ours[:, 0], e, absolute_sigma=True, xtol=1e-12,
                                         ftol=1e-14)
error = numpy.sqrt(numpy.diag(covariance))
numpy.testing.assert_allclose(ours[:, 0], q, rtol=1e-5)
numpy.testing.assert_allclose(ours[:, 1], error, rtol=1e-3)
numpy.testing.assert_allclose(load('chi.npy')[0, 0], (residuals(q) ** 2).sum(), rtol=1e-9)
)");
  }
};

TEST_F(DecayFitTest, MinimaAndErrorsAreThoseOfScipy) {
  struct Case {
    DecayLaw law;
    std::vector<double> truth;
    std::string formula;
  };
  for (const auto& [law, truth, formula] : {
           Case{DecayLaw::kExponential, {3, 7}, "return q[0] * numpy.exp(-d / q[1])"},
           Case{DecayLaw::kPower, {0.4, 1.3}, "return q[0] * (1 + d) ** -q[1]"},
           Case{DecayLaw::kStretched, {2, 4, 0.5}, "return q[0] * numpy.exp(-(d / q[1]) ** q[2])"},
           Case{DecayLaw::kTwoExponentials,
                {5, 2, 1, 20},
                "return q[0] * numpy.exp(-d / q[1]) + q[2] * numpy.exp(-d / q[3])"},
       }) {
    SCOPED_TRACE(name_of(law));
    const auto points = noisy(law, truth, 40, 3);
    const auto fit = fit_law(law, points);
    ASSERT_TRUE(fit.has_value());
    expect_as_scipy(formula, points, *fit);
  }
}

TEST_F(DecayFitTest, StandardErrorsAreTheScatterOfTheParameters) {
  const std::vector<double> truth = {2, 4, 0.5};
  constexpr int kTrials = 300;
  std::vector<int> within(truth.size());
  for (std::uint64_t seed = 0; seed < kTrials; ++seed) {
    const auto fit = fit_law(DecayLaw::kStretched, noisy(DecayLaw::kStretched, truth, 40, seed));
    ASSERT_TRUE(fit.has_value());
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const auto& [value, error] = fit->parameters[i];
      within[i] += std::abs(value - truth[i]) < 1.96 * error ? 1 : 0;
    }
  }
  for (const int count : within) EXPECT_NEAR(count / double{kTrials}, 0.95, 0.04);
}

TEST_F(DecayFitTest, ParametersThatAreNotDeterminedHaveHugeErrors) {
  std::vector<DecayPoint> points;
  for (int d = 0; d < 20; ++d) {
    const double value = 3 * std::exp(-d / 7.0);
    points.push_back({static_cast<double>(d), value, 0.01 * value});
  }
  const auto fit = fit_law(DecayLaw::kTwoExponentials, points);
  ASSERT_TRUE(fit.has_value());
  EXPECT_LT(fit->chi_squared, 1e-3);
  double largest = 0;
  for (const auto& [value, error] : fit->parameters) largest = std::max(largest, error / value);
  EXPECT_GT(largest, 1);
}

TEST_F(DecayFitTest, TheFasterOfTwoExponentialsComesFirst) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const auto fit = fit_law(DecayLaw::kTwoExponentials,
                             noisy(DecayLaw::kTwoExponentials, {1, 20, 5, 2}, 40, seed));
    ASSERT_TRUE(fit.has_value());
    EXPECT_LE(fit->parameters[1].value, fit->parameters[3].value);
  }
}

TEST_F(DecayFitTest, TheSameEveryTime) {
  const auto points = noisy(DecayLaw::kTwoExponentials, {5, 2, 1, 20}, 40, 9);
  const auto first = fit_law(DecayLaw::kTwoExponentials, points);
  const auto second = fit_law(DecayLaw::kTwoExponentials, points);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->chi_squared, second->chi_squared);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(first->parameters[i].value, second->parameters[i].value);
    EXPECT_EQ(first->parameters[i].error, second->parameters[i].error);
  }
}

TEST_F(DecayFitTest, ValuesBelowZeroHaveNoFit) {
  const std::vector<DecayPoint> points = {{0, -1, 1}, {1, -1, 1}, {2, -1, 1}, {3, -1, 1}};
  for (const DecayLaw law : {DecayLaw::kExponential, DecayLaw::kPower, DecayLaw::kStretched,
                             DecayLaw::kTwoExponentials}) {
    EXPECT_FALSE(fit_law(law, points).has_value());
  }
}

}  // namespace
}  // namespace stategrad::analysis

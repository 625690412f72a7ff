// SPDX-License-Identifier: MIT
#include "analysis/decay.h"

#include <gmock/gmock.h>

#include <limits>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<double> values_of(DecayLaw law, const std::vector<double>& parameters, int delays) {
  std::vector<double> values;
  for (int d = 0; d < delays; ++d) values.push_back(decay_at(law, parameters, d));
  return values;
}

/// Values with the relative error `share`, and noise of as many of these errors as wanted.
std::vector<Estimate> measured(const std::vector<double>& values, double share, double noise,
                               std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<Estimate> estimates;
  for (const double value : values) {
    const double error = share * value;
    estimates.push_back({value + noise * error * normal(random), error});
  }
  return estimates;
}

const DecayFit* fit_of(const DecayFits& fits, DecayLaw law) {
  for (const DecayFit& fit : fits.fits) {
    if (fit.law == law) return &fit;
  }
  return nullptr;
}

TEST(Horizon, OfAnExponentialIsExact) {
  const Horizon found = horizon(values_of(DecayLaw::kExponential, {3, 5}, 40));
  EXPECT_EQ(found.from, 0);
  EXPECT_NEAR(found.half.value(), 5 * std::log(2), 1e-12);
  EXPECT_NEAR(found.tenth.value(), 5 * std::log(10), 1e-12);
  EXPECT_NEAR(found.hundredth.value(), 5 * std::log(100), 1e-12);
}

TEST(Horizon, IsEmptyWhereItIsNotReached) {
  const Horizon found = horizon(values_of(DecayLaw::kExponential, {3, 5}, 10));
  EXPECT_TRUE(found.half.has_value());
  EXPECT_FALSE(found.tenth.has_value());
  EXPECT_FALSE(found.hundredth.has_value());
}

TEST(Horizon, CountsFromTheLargestValueOrTheDelayThatIsGiven) {
  const std::vector<double> values = {2, 6, 8, 8, 4, 2, 1};
  EXPECT_EQ(horizon(values).from, 2);
  EXPECT_DOUBLE_EQ(horizon(values).half.value(), 2);
  EXPECT_DOUBLE_EQ(horizon(values, 4).half.value(), 1);
  EXPECT_DOUBLE_EQ(horizon(values, 0).half.value(), 6);
  EXPECT_FALSE(horizon(values, 6).half.has_value());
}

TEST(Horizon, IsTheFirstTimeAlsoWhenTheMeasureRisesAgain) {
  EXPECT_DOUBLE_EQ(horizon(std::vector<double>{8, 4, 7, 1}).half.value(), 1);
}

TEST(Horizon, IsLinearWhereThereIsNoLogarithm) {
  EXPECT_DOUBLE_EQ(horizon(std::vector<double>{4, -4}).half.value(), 0.25);
  EXPECT_DOUBLE_EQ(horizon(std::vector<double>{4, 0}).hundredth.value(), 0.99);
}

TEST(Horizon, KnowsNothingOfAStartThatIsNotAboveZeroNorBeyondWhatIsNotFinite) {
  EXPECT_FALSE(horizon(std::vector<double>{0, 0, 0}).half.has_value());
  EXPECT_FALSE(horizon(std::vector<double>{-1, -2}).half.has_value());
  EXPECT_FALSE(horizon(std::vector<double>{8, kNan, 1}).half.has_value());
  EXPECT_FALSE(horizon(std::vector<double>{kInfinity, 1}).half.has_value());
  EXPECT_EQ(horizon(std::vector<double>{kNan, 8, 1}).from, 1);
}

TEST(Horizon, RefusesAStartThatIsNoDelay) {
  for (const int from : {-1, 2}) {
    EXPECT_THAT(
        [&] {
          (void)horizon(std::vector<double>{1, 2}, from);
        },
        ThrowsMessage<UsageError>(HasSubstr("from 0 to 1")));
  }
  EXPECT_THROW((void)horizon({}), UsageError);
}

struct Truth {
  DecayLaw law;
  std::vector<double> parameters;
};

const std::vector<Truth>& truths() {
  static const std::vector<Truth> kTruths = {{DecayLaw::kExponential, {3, 7}},
                                             {DecayLaw::kPower, {0.4, 1.3}},
                                             {DecayLaw::kStretched, {2, 4, 0.5}},
                                             {DecayLaw::kStretched, {2, 12, 1.8}},
                                             {DecayLaw::kTwoExponentials, {5, 2, 1, 20}}};
  return kTruths;
}

TEST(DecayFits, FindAndChooseTheLawThatMadeTheValues) {
  for (const auto& [law, parameters] : truths()) {
    const DecayFits fits = fit_decay(measured(values_of(law, parameters, 40), 0.01, 0, 1));
    ASSERT_EQ(fits.chosen, law) << name_of(law);
    const DecayFit* fit = fit_of(fits, law);
    EXPECT_LT(fit->chi_squared, 1e-6);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      EXPECT_NEAR(fit->parameters[i].value / parameters[i], 1, 1e-4)
          << name_of(law) << " " << parameter_names(law)[i];
    }
  }
}

TEST(DecayFits, DoNotDependOnTheScaleOfTheValues) {
  for (const double scale : {1e-30, 1e30}) {
    const DecayFits fits =
        fit_decay(measured(values_of(DecayLaw::kStretched, {2 * scale, 4, 0.5}, 40), 0.01, 1, 3));
    const DecayFits plain =
        fit_decay(measured(values_of(DecayLaw::kStretched, {2, 4, 0.5}, 40), 0.01, 1, 3));
    ASSERT_EQ(fits.fits.size(), plain.fits.size());
    for (std::size_t i = 0; i < fits.fits.size(); ++i) {
      EXPECT_NEAR(fits.fits[i].chi_squared / plain.fits[i].chi_squared, 1, 1e-6);
    }
    EXPECT_EQ(fits.chosen, plain.chosen);
  }
}

TEST(DecayFits, ChooseTheSimplerLawUnlessTheOtherIsClearlyBetter) {
  int simple = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const DecayFits fits =
        fit_decay(measured(values_of(DecayLaw::kExponential, {3, 7}, 30), 0.05, 1, seed));
    simple += fits.chosen == DecayLaw::kExponential ? 1 : 0;
    double lowest = kInfinity;
    for (const DecayFit& fit : fits.fits) lowest = std::min(lowest, fit.aicc);
    for (const DecayFit& fit : fits.fits) {
      if (fit.law != fits.chosen) continue;
      EXPECT_LE(fit.aicc, lowest + kAiccTie);
    }
  }
  // A third parameter gains χ² above 2 + 2 + 0.5 by chance in about 3 % of all cases.
  EXPECT_GE(simple, 186);
}

TEST(DecayFits, CriterionAndWeightsFollowTheirFormulas) {
  const DecayFits fits =
      fit_decay(measured(values_of(DecayLaw::kExponential, {3, 7}, 12), 0.1, 1, 5));
  ASSERT_EQ(fits.points, 12);
  double sum = 0;
  const DecayFit& first = fits.fits.front();
  for (const DecayFit& fit : fits.fits) {
    const auto k = static_cast<double>(fit.parameters.size());
    EXPECT_EQ(fit.degrees_of_freedom, 12 - static_cast<int>(k));
    EXPECT_DOUBLE_EQ(fit.aicc, fit.chi_squared + 2 * k + 2 * k * (k + 1) / (11 - k));
    EXPECT_NEAR(fit.weight / first.weight, std::exp((first.aicc - fit.aicc) / 2), 1e-12);
    sum += fit.weight;
  }
  EXPECT_NEAR(sum, 1, 1e-14);
}

TEST(DecayFits, MoreGeneralLawsNeverFitWorse) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const DecayFits fits =
        fit_decay(measured(values_of(DecayLaw::kExponential, {3, 7}, 30), 0.05, 1, seed));
    const double single = fit_of(fits, DecayLaw::kExponential)->chi_squared;
    for (const DecayLaw law : {DecayLaw::kStretched, DecayLaw::kTwoExponentials}) {
      const DecayFit* fit = fit_of(fits, law);
      if (fit == nullptr) continue;
      EXPECT_LE(fit->chi_squared, single * (1 + 1e-6)) << name_of(law);
    }
    EXPECT_NE(fit_of(fits, DecayLaw::kStretched), nullptr);
  }
}

TEST(DecayFits, DelaysWithoutAnErrorAreLeftOut) {
  auto values = measured(values_of(DecayLaw::kExponential, {3, 7}, 20), 0.01, 0, 1);
  values[0] = {99, 0};
  values[4] = {99, kInfinity};
  values[7] = {kNan, 1};
  values[9] = {99, -1};
  const DecayFits fits = fit_decay(values);
  EXPECT_EQ(fits.points, 16);
  EXPECT_EQ(fits.left_out, 4);
  EXPECT_EQ(fits.chosen, DecayLaw::kExponential);
  EXPECT_NEAR(fits.fits.front().parameters[1].value, 7, 1e-5);
}

TEST(DecayFits, LawsWithLessThanTwoPointsMoreThanParametersTakeNoPart) {
  const auto laws = [](int delays) {
    const DecayFits fits =
        fit_decay(measured(values_of(DecayLaw::kPower, {3, 1}, delays), 0.01, 0.5, 2));
    std::vector<DecayLaw> result;
    for (const DecayFit& fit : fits.fits) result.push_back(fit.law);
    EXPECT_EQ(fits.chosen.has_value(), delays >= 4);
    return result;
  };
  EXPECT_THAT(laws(0), ElementsAre());
  EXPECT_THAT(laws(3), ElementsAre());
  EXPECT_THAT(laws(4), ElementsAre(DecayLaw::kExponential, DecayLaw::kPower));
  EXPECT_THAT(laws(5), ElementsAre(DecayLaw::kExponential, DecayLaw::kPower, DecayLaw::kStretched));
  EXPECT_EQ(laws(6).size(), 4U);
}

TEST(DecayFits, NothingThatIsAboveZeroHasNoLaw) {
  const DecayFits fits = fit_decay(std::vector<Estimate>(10, {-2, 1}));
  EXPECT_TRUE(fits.fits.empty());
  EXPECT_FALSE(fits.chosen.has_value());
  EXPECT_EQ(fits.points, 10);
}

}  // namespace
}  // namespace stategrad::analysis

// SPDX-License-Identifier: MIT
#include "text/stationary.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace stategrad::text {
namespace {

double entropy(std::initializer_list<double> probabilities) {
  double sum = 0;
  for (const double p : probabilities) sum -= p * std::log(p);
  return sum;
}

// One slot of lag 1, worked out by hand. States at the start of a sentence (S), free within one (F)
// and due (D): S -> D with c, else F; F -> D with c, S with e, else F; D -> F.
TEST(Stationary, OneSlotOfLagOneIsAsByHand) {
  constexpr double c = 0.2;
  constexpr double e = 0.1;
  const LanguageShares shares = stationary_shares(std::array{1}, c, e);
  // With f = 1: s = e, d = c (s + 1).
  const double s = e;
  const double d = c * (e + 1);
  const double total = 1 + s + d;
  ASSERT_EQ(shares.cues.size(), 1U);
  EXPECT_NEAR(shares.cues[0], d / total, 1e-14);
  EXPECT_NEAR(shares.ends, e / total, 1e-14);
  EXPECT_NEAR(shares.fillers, (s * (1 - c) + (1 - c - e)) / total, 1e-14);
  EXPECT_NEAR(shares.choice_entropy, (s * entropy({c, 1 - c}) + entropy({c, e, 1 - c - e})) / total,
              1e-14);
}

TEST(Stationary, SharesSumToOneWithAnAnswerForEveryCue) {
  const LanguageShares shares = stationary_shares(std::array{3, 7, 2}, 0.12, 0.2);
  double total = shares.fillers + shares.ends;
  for (const double cues : shares.cues) total += 2 * cues;
  EXPECT_NEAR(total, 1, 1e-13);
}

TEST(Stationary, LongLagsOfSeveralSlotsSettle) {
  const LanguageShares shares = stationary_shares(std::array{5, 20, 50}, 0.1, 0.15);
  EXPECT_GT(shares.cues[0], shares.cues[1]);
  EXPECT_GT(shares.cues[1], shares.cues[2]);
  EXPECT_GT(shares.ends, 0);
}

}  // namespace
}  // namespace stategrad::text

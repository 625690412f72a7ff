// SPDX-License-Identifier: MIT
#include "kernels/softmax_cross_entropy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "kernels/for_each_isa.h"

namespace stategrad::kernels {
namespace {

template <class Real>
struct Problem {
  std::int64_t rows, vocab_size, size;
  std::vector<Real> hidden, weight, bias;
  std::vector<WordId> targets;
  double scale = 0.05;
};

template <class Real>
Problem<Real> random_problem(std::int64_t rows, std::int64_t vocab_size, std::int64_t size) {
  RandomStream stream(static_cast<std::uint64_t>(rows * 1000003 + vocab_size * 101 + size));
  const auto values = [&](std::int64_t count) {
    std::vector<Real> v(static_cast<std::size_t>(count));
    for (auto& x : v) x = static_cast<Real>(2 * stream.uniform() - 1);
    return v;
  };
  Problem<Real> p{
      rows, vocab_size, size, values(rows * size), values(vocab_size * size), values(vocab_size),
      {}};
  for (std::int64_t n = 0; n < rows; ++n) {
    p.targets.push_back(static_cast<WordId>(stream.below(static_cast<std::uint64_t>(vocab_size))));
  }
  return p;
}

/// The results, computed or expected.
struct Results {
  std::vector<double> log_probabilities, hidden, weight, bias;
};

template <class Real>
Results reference(const Problem<Real>& p) {
  const auto size = static_cast<std::size_t>(p.size);
  const auto vocab_size = static_cast<std::size_t>(p.vocab_size);
  Results r{{},
            std::vector<double>(p.hidden.size()),
            std::vector<double>(p.weight.size()),
            std::vector<double>(vocab_size)};
  for (std::size_t n = 0; n < p.targets.size(); ++n) {
    std::vector<double> l(vocab_size);
    for (std::size_t v = 0; v < vocab_size; ++v) {
      l[v] = static_cast<double>(p.bias[v]);
      for (std::size_t u = 0; u < size; ++u) {
        l[v] += static_cast<double>(p.hidden[n * size + u]) *
                static_cast<double>(p.weight[v * size + u]);
      }
    }
    const double most = *std::max_element(l.begin(), l.end());
    double sum = 0;
    for (const double x : l) sum += std::exp(x - most);
    const auto target = static_cast<std::size_t>(p.targets[n]);
    r.log_probabilities.push_back(l[target] - most - std::log(sum));
    for (std::size_t v = 0; v < vocab_size; ++v) {
      const double d = p.scale * (std::exp(l[v] - most) / sum - (v == target));
      r.bias[v] += d;
      for (std::size_t u = 0; u < size; ++u) {
        r.hidden[n * size + u] += d * static_cast<double>(p.weight[v * size + u]);
        r.weight[v * size + u] += d * static_cast<double>(p.hidden[n * size + u]);
      }
    }
  }
  return r;
}

template <class Real>
Results compute(const Problem<Real>& p, int threads, bool gradients) {
  ThreadTeam team(threads);
  Buffer<Real> scratch;
  Results r;
  r.log_probabilities.resize(p.targets.size());
  const Real garbage = std::numeric_limits<Real>::quiet_NaN();
  std::vector<Real> hidden(p.hidden.size(), garbage), weight(p.weight.size(), garbage),
      bias(p.bias.size(), garbage);
  SoftmaxCrossEntropy<Real> task{.rows = p.rows,
                                 .vocab_size = p.vocab_size,
                                 .size = p.size,
                                 .hidden = p.hidden.data(),
                                 .weight = p.weight.data(),
                                 .bias = p.bias.data(),
                                 .targets = p.targets.data(),
                                 .log_probabilities = r.log_probabilities.data()};
  if (gradients) {
    task.scale = static_cast<Real>(p.scale);
    task.hidden_gradient = hidden.data();
    task.weight_gradient = weight.data();
    task.bias_gradient = bias.data();
  }
  softmax_cross_entropy(task, scratch, team);
  r.hidden.assign(hidden.begin(), hidden.end());
  r.weight.assign(weight.begin(), weight.end());
  r.bias.assign(bias.begin(), bias.end());
  return r;
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double most = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    const double d = std::abs(a[i] - b[i]);
    most = d <= most ? most : d;  // NaN stays
    if (std::isnan(d)) return d;
  }
  return most;
}

template <class Real>
class SoftmaxCrossEntropyTest : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(SoftmaxCrossEntropyTest, Reals);

TYPED_TEST(SoftmaxCrossEntropyTest, MatchesTheFormulaForEveryShapeLevelAndTeam) {
  using Real = TypeParam;
  const double tolerance = sizeof(Real) == 4 ? 3e-6 : 1e-13;
  struct Shape {
    std::int64_t rows, vocab_size, size;
  };
  for (const auto [rows, vocab_size, size] :
       {Shape{1, 1, 1}, Shape{1, 2, 3}, Shape{7, 17, 65}, Shape{20, 1000, 17}, Shape{3, 130, 1},
        Shape{501, 33, 5}, Shape{1203, 100, 3}}) {
    const auto problem = random_problem<Real>(rows, vocab_size, size);
    const Results expected = reference(problem);
    for_each_isa([&] {
      for (const int threads : {1, 2, 3}) {
        const Results got = compute(problem, threads, true);
        EXPECT_LE(largest_difference(got.log_probabilities, expected.log_probabilities), tolerance);
        EXPECT_LE(largest_difference(got.hidden, expected.hidden), tolerance);
        EXPECT_LE(largest_difference(got.weight, expected.weight), tolerance);
        EXPECT_LE(largest_difference(got.bias, expected.bias), tolerance);
        const Results loss = compute(problem, threads, false);
        EXPECT_EQ(loss.log_probabilities, got.log_probabilities);
      }
    });
  }
}

TYPED_TEST(SoftmaxCrossEntropyTest, TheGradientOfTheStatesAloneIsTheSame) {
  using Real = TypeParam;
  const auto problem = random_problem<Real>(501, 33, 5);
  const Results whole = compute(problem, 2, true);
  ThreadTeam team(2);
  Buffer<Real> scratch;
  std::vector<double> log_probabilities(problem.targets.size());
  std::vector<Real> hidden(problem.hidden.size(), std::numeric_limits<Real>::quiet_NaN());
  softmax_cross_entropy(SoftmaxCrossEntropy<Real>{.rows = problem.rows,
                                                  .vocab_size = problem.vocab_size,
                                                  .size = problem.size,
                                                  .hidden = problem.hidden.data(),
                                                  .weight = problem.weight.data(),
                                                  .bias = problem.bias.data(),
                                                  .targets = problem.targets.data(),
                                                  .log_probabilities = log_probabilities.data(),
                                                  .scale = static_cast<Real>(problem.scale),
                                                  .hidden_gradient = hidden.data()},
                        scratch, team);
  EXPECT_EQ(log_probabilities, whole.log_probabilities);
  EXPECT_EQ(std::vector<double>(hidden.begin(), hidden.end()), whole.hidden);
}

TYPED_TEST(SoftmaxCrossEntropyTest, TheSameThreadCountGivesTheSameBytes) {
  using Real = TypeParam;
  const auto problem = random_problem<Real>(1100, 300, 33);
  for (const int threads : {1, 2, 3}) {
    const Results first = compute(problem, threads, true);
    for (int i = 0; i < 5; ++i) {
      const Results again = compute(problem, threads, true);
      ASSERT_EQ(again.log_probabilities, first.log_probabilities);
      ASSERT_EQ(again.hidden, first.hidden);
      ASSERT_EQ(again.weight, first.weight);
      ASSERT_EQ(again.bias, first.bias);
    }
  }
}

TYPED_TEST(SoftmaxCrossEntropyTest, HugeLogitsStayFinite) {
  using Real = TypeParam;
  auto problem = random_problem<Real>(9, 300, 8);
  for (auto& w : problem.weight) w *= 10'000;
  const Results expected = reference(problem);
  for_each_isa([&] {
    const Results got = compute(problem, 2, true);
    for (std::size_t n = 0; n < 9; ++n) {
      const double e = expected.log_probabilities[n];
      EXPECT_NEAR(got.log_probabilities[n], e, (sizeof(Real) == 4 ? 1e-6 : 1e-12) * 30'000);
    }
    for (const double x : got.weight) ASSERT_TRUE(std::isfinite(x));
    for (const double x : got.hidden) ASSERT_TRUE(std::isfinite(x));
  });
}

TYPED_TEST(SoftmaxCrossEntropyTest, NanAndInfInTheStatesAreNotHidden) {
  using Real = TypeParam;
  for (const double bad : {double{NAN}, double{INFINITY}}) {
    auto problem = random_problem<Real>(5, 200, 16);
    problem.hidden[2 * 16 + 3] = static_cast<Real>(bad);
    for_each_isa([&] {
      const Results got = compute(problem, 2, true);
      for (std::size_t n = 0; n < 5; ++n) EXPECT_EQ(std::isnan(got.log_probabilities[n]), n == 2);
      for (const double x : got.weight) ASSERT_TRUE(std::isnan(x));
      for (const double x : got.bias) ASSERT_TRUE(std::isnan(x));
    });
  }
}

TYPED_TEST(SoftmaxCrossEntropyTest, NanInOneWordsBiasMakesEveryRowNan) {
  using Real = TypeParam;
  for (const std::size_t word : {0U, 16U, 63U, 198U, 199U}) {
    auto problem = random_problem<Real>(3, 200, 4);
    problem.bias[word] = static_cast<Real>(NAN);
    for_each_isa([&] {
      for (const bool gradients : {false, true}) {
        for (const double x : compute(problem, 1, gradients).log_probabilities) {
          EXPECT_TRUE(std::isnan(x)) << word;
        }
      }
    });
  }
}

TYPED_TEST(SoftmaxCrossEntropyTest, NoRowsGiveZeroGradients) {
  using Real = TypeParam;
  const auto problem = random_problem<Real>(0, 10, 4);
  const Results got = compute(problem, 2, true);
  for (const double x : got.weight) EXPECT_EQ(x, 0);
  for (const double x : got.bias) EXPECT_EQ(x, 0);
}

}  // namespace
}  // namespace stategrad::kernels

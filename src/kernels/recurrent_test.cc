// SPDX-License-Identifier: MIT
#include "kernels/recurrent.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "base/random.h"
#include "kernels/for_each_isa.h"

namespace stategrad::kernels {
namespace {

template <class Real>
std::vector<Real> random_values(std::size_t count, std::uint64_t seed, double scale) {
  RandomStream stream(seed);
  std::vector<Real> values(count);
  for (auto& v : values) v = static_cast<Real>(scale * (2 * stream.uniform() - 1));
  return values;
}

template <class Real>
class Recurrent : public testing::Test {
 protected:
  static constexpr double kTolerance = std::is_same_v<Real, float> ? 2e-6 : 1e-14;
};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Recurrent, Reals);

/// One LSTM step without recurrent weights: gates, c' and h' of every pre-activation.
template <class Real>
struct OneStep {
  explicit OneStep(const std::vector<Real>& pre)
      : units(static_cast<int>(pre.size())),
        gates(4 * pre.size()),
        h(2 * pre.size()),
        c(2 * pre.size()),
        tanh_c(pre.size()) {
    for (std::size_t g = 0; g < 4; ++g) {
      std::copy(pre.begin(), pre.end(),
                gates.begin() + static_cast<std::ptrdiff_t>(g * pre.size()));
    }
    const std::vector<Real> weight(4 * pre.size() * pre.size());
    Buffer<Real> scratch;
    ThreadTeam team(1);
    lstm_forward<Real>({1, 1, units}, weight.data(), gates.data(), h.data(), c.data(),
                       tanh_c.data(), scratch, team);
  }
  int units;
  std::vector<Real> gates, h, c, tanh_c;
};

TYPED_TEST(Recurrent, GatesAreRightForEveryPreactivationHoweverLarge) {
  using Real = TypeParam;
  for_each_isa([&] {
    // Fine steps where the exponential overflows or underflows, coarse ones elsewhere.
    std::vector<Real> pre;
    for (double x = -110; x <= 110; x += 0.37) pre.push_back(static_cast<Real>(x));
    for (double x = 87; x <= 90; x += 0.011) {
      pre.push_back(static_cast<Real>(x));
      pre.push_back(static_cast<Real>(-x));
    }
    for (double x = 706; x <= 712; x += 0.05) {
      pre.push_back(static_cast<Real>(x));
      pre.push_back(static_cast<Real>(-x));
    }
    for (const double x : {1e4, 1e30}) {
      pre.push_back(static_cast<Real>(x));
      pre.push_back(static_cast<Real>(-x));
    }
    const OneStep<Real> step(pre);
    for (std::size_t u = 0; u < pre.size(); ++u) {
      const double x = static_cast<double>(pre[u]);
      const double sigmoid = 1 / (1 + std::exp(-x));
      ASSERT_NEAR(static_cast<double>(step.gates[u]), sigmoid, this->kTolerance) << x;
      ASSERT_NEAR(static_cast<double>(step.gates[2 * pre.size() + u]), std::tanh(x),
                  this->kTolerance)
          << x;
      const double c = sigmoid * std::tanh(x);
      ASSERT_NEAR(static_cast<double>(step.h[pre.size() + u]), sigmoid * std::tanh(c),
                  this->kTolerance)
          << x;
    }
  });
}

TYPED_TEST(Recurrent, SmallPreactivationsKeepTheirRelativePrecision) {
  using Real = TypeParam;
  for_each_isa([&] {
    std::vector<Real> pre;
    for (double x = 1e-6; x < 1; x *= 1.7) {
      pre.push_back(static_cast<Real>(x));
      pre.push_back(static_cast<Real>(-x));
    }
    const OneStep<Real> step(pre);
    for (std::size_t u = 0; u < pre.size(); ++u) {
      const double expected = std::tanh(static_cast<double>(pre[u]));
      ASSERT_NEAR(static_cast<double>(step.gates[2 * pre.size() + u]) / expected, 1,
                  4 * static_cast<double>(std::numeric_limits<Real>::epsilon()));
    }
  });
}

TYPED_TEST(Recurrent, NotANumberPasses) {
  using Real = TypeParam;
  for_each_isa([&] {
    std::vector<Real> pre(37, Real{0.5});
    pre[5] = std::numeric_limits<Real>::quiet_NaN();
    const OneStep<Real> step(pre);
    for (std::size_t u = 0; u < pre.size(); ++u) {
      EXPECT_EQ(std::isnan(step.h[pre.size() + u]), u == 5) << u;
    }
  });
}

/// The textbook LSTM over a window, in double.
std::vector<double> naive_lstm(const WindowShape& shape, const std::vector<double>& weight,
                               const std::vector<double>& pre) {
  const auto size = static_cast<std::size_t>(shape.size);
  const auto streams = static_cast<std::size_t>(shape.streams);
  std::vector<double> h(streams * size), c(streams * size), all;
  const auto sigmoid = [](double x) { return 1 / (1 + std::exp(-x)); };
  for (std::size_t t = 0; t < static_cast<std::size_t>(shape.steps); ++t) {
    const std::vector<double> old = h;
    for (std::size_t b = 0; b < streams; ++b) {
      for (std::size_t u = 0; u < size; ++u) {
        double gate[4];
        for (std::size_t g = 0; g < 4; ++g) {
          gate[g] = pre[(t * streams + b) * 4 * size + g * size + u];
          for (std::size_t k = 0; k < size; ++k) {
            gate[g] += weight[(g * size + u) * size + k] * old[b * size + k];
          }
        }
        double& cell = c[b * size + u];
        cell = sigmoid(gate[1]) * cell + sigmoid(gate[0]) * std::tanh(gate[2]);
        h[b * size + u] = sigmoid(gate[3]) * std::tanh(cell);
      }
    }
    all.insert(all.end(), h.begin(), h.end());
  }
  return all;
}

TYPED_TEST(Recurrent, LstmAgreesWithTheTextbookForEveryShapeLevelAndTeam) {
  using Real = TypeParam;
  for_each_isa([&] {
    for (const WindowShape& shape :
         {WindowShape{1, 1, 1}, WindowShape{2, 3, 17}, WindowShape{5, 1, 33},
          WindowShape{7, 20, 40}, WindowShape{4, 7, 64}}) {
      const auto size = static_cast<std::size_t>(shape.size);
      const auto rows =
          static_cast<std::size_t>(shape.steps) * static_cast<std::size_t>(shape.streams);
      const auto weight = random_values<Real>(4 * size * size, 1, 0.5);
      const auto pre = random_values<Real>(rows * 4 * size, 2, 1);
      const auto expected =
          naive_lstm(shape, {weight.begin(), weight.end()}, {pre.begin(), pre.end()});
      for (const int threads : {1, 2, 3}) {
        ThreadTeam team(threads);
        std::vector<Real> gates = pre;
        const std::size_t state = static_cast<std::size_t>(shape.streams) * size;
        std::vector<Real> h(state + rows * size), c(state + rows * size), tanh_c(rows * size);
        Buffer<Real> scratch;
        lstm_forward<Real>(shape, weight.data(), gates.data(), h.data(), c.data(), tanh_c.data(),
                           scratch, team);
        for (std::size_t i = 0; i < expected.size(); ++i) {
          ASSERT_NEAR(static_cast<double>(h[state + i]), expected[i], 5 * this->kTolerance)
              << shape.steps << " " << shape.streams << " " << shape.size << " " << threads;
        }
      }
    }
  });
}

}  // namespace
}  // namespace stategrad::kernels

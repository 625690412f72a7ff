// SPDX-License-Identifier: MIT
#include "cells/differentiable_layer.h"

#include <gtest/gtest.h>

#include <limits>

#include "cells/cells_test_util.h"

namespace stategrad::cells {
namespace {

constexpr int kInputs = 5;
constexpr int kUnits = 19;
constexpr int kSteps = 4;

class DifferentiableLayers : public testing::TestWithParam<Variant> {
 protected:
  [[nodiscard]] std::unique_ptr<DifferentiableLayer<double>> layer() const {
    const Variant v = GetParam();
    return make_differentiable_layer(v.kind, v.reset_after,
                                     random_weights<double>(v, kInputs, kUnits));
  }

  /// The states after all inputs, cell behind hidden.
  static std::vector<double> final_states(DifferentiableLayer<double>& layer,
                                          const std::vector<double>& inputs, ThreadTeam& team) {
    layer.reset();
    for (std::size_t t = 0; t < inputs.size() / kInputs; ++t) {
      team.run([&](ThreadTeam::Worker& worker) {
        layer.step(worker, inputs.data() + t * kInputs, false);
      });
    }
    std::vector<double> states(layer.hidden(), layer.hidden() + kUnits);
    if (layer.cell() != nullptr) {
      states.insert(states.end(), layer.cell(), layer.cell() + kUnits);
    }
    return states;
  }
};

TEST_P(DifferentiableLayers, LinearizationsMultiplyToFiniteDifferences) {
  ThreadTeam team(1);
  const auto layer = this->layer();
  const std::vector<double> inputs = random_values(kSteps * kInputs, 9);
  for (int source = 0; source < kSteps; ++source) {
    const Tangent tangent = tangent_of_input(*layer, inputs.data(), kSteps, source, team);
    for (int e = 0; e < kInputs; ++e) {
      constexpr double kStep = 1e-5;
      std::vector<double> moved = inputs;
      const auto place = static_cast<std::size_t>(source * kInputs + e);
      moved[place] = inputs[place] + kStep;
      const std::vector<double> above = final_states(*layer, moved, team);
      moved[place] = inputs[place] - kStep;
      const std::vector<double> below = final_states(*layer, moved, team);
      for (std::size_t u = 0; u < kUnits; ++u) {
        const std::size_t row = static_cast<std::size_t>(e) * kUnits + u;
        EXPECT_NEAR(tangent.hidden[row], (above[u] - below[u]) / (2 * kStep),
                    1e-7 * largest(tangent.hidden));
        if (!tangent.cell.empty()) {
          EXPECT_NEAR(tangent.cell[row], (above[kUnits + u] - below[kUnits + u]) / (2 * kStep),
                      1e-7 * largest(tangent.cell));
        }
      }
    }
  }
}

TEST_P(DifferentiableLayers, DoNotDependOnTheTeam) {
  const std::vector<double> inputs = random_values(kSteps * kInputs, 9);
  const auto layer = this->layer();
  ThreadTeam alone(1);
  const Tangent expected = tangent_of_input(*layer, inputs.data(), kSteps, 1, alone);
  const std::vector<double> states = final_states(*layer, inputs, alone);
  for (const int threads : {2, 3}) {
    ThreadTeam team(threads);
    const Tangent tangent = tangent_of_input(*layer, inputs.data(), kSteps, 1, team);
    for (std::size_t i = 0; i < expected.hidden.size(); ++i) {
      EXPECT_NEAR(tangent.hidden[i], expected.hidden[i], 1e-14 * largest(expected.hidden));
    }
    EXPECT_EQ(final_states(*layer, inputs, team), states);
  }
}

TEST_P(DifferentiableLayers, StartFromZeroAfterReset) {
  ThreadTeam team(2);
  const auto layer = this->layer();
  const std::vector<double> inputs = random_values(kSteps * kInputs, 9);
  const std::vector<double> first = final_states(*layer, inputs, team);
  EXPECT_EQ(final_states(*layer, inputs, team), first);
  layer->reset();
  for (int u = 0; u < kUnits; ++u) EXPECT_EQ(layer->hidden()[u], 0);
}

TEST_P(DifferentiableLayers, AgreeInBothPrecisions) {
  const Variant v = GetParam();
  ThreadTeam team(2);
  const auto exact = this->layer();
  const auto rounded =
      make_differentiable_layer(v.kind, v.reset_after, random_weights<float>(v, kInputs, kUnits));
  const std::vector<double> inputs = random_values(kSteps * kInputs, 9);
  const std::vector<float> inputs32(inputs.begin(), inputs.end());
  for (int t = 0; t < kSteps; ++t) {
    team.run([&](ThreadTeam::Worker& worker) {
      exact->step(worker, inputs.data() + t * kInputs, true);
      rounded->step(worker, inputs32.data() + t * kInputs, true);
    });
  }
  for (int u = 0; u < kUnits; ++u) EXPECT_NEAR(rounded->hidden()[u], exact->hidden()[u], 1e-5);
  const auto& a = exact->linearization();
  const auto& b = rounded->linearization();
  for (std::size_t i = 0; i < a.recurrent.size(); ++i) {
    EXPECT_NEAR(b.recurrent[i], a.recurrent[i], 1e-5);
  }
  for (std::size_t i = 0; i < a.input.size(); ++i) EXPECT_NEAR(b.input[i], a.input[i], 1e-5);
}

TEST_P(DifferentiableLayers, LetNotANumberThrough) {
  ThreadTeam team(1);
  const auto layer = this->layer();
  std::vector<double> inputs(kInputs, 0.5);
  inputs[2] = std::numeric_limits<double>::quiet_NaN();
  for (const double value : final_states(*layer, inputs, team)) EXPECT_TRUE(std::isnan(value));
}

TEST_P(DifferentiableLayers, SaturateWithoutLeavingTheFiniteNumbers) {
  ThreadTeam team(1);
  const auto layer = this->layer();
  for (const double value : final_states(*layer, std::vector<double>(kInputs, 1e6), team)) {
    EXPECT_LE(std::abs(value), 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, DifferentiableLayers, testing::ValuesIn(kVariants), VariantName());

}  // namespace
}  // namespace stategrad::cells

// SPDX-License-Identifier: MIT
#include "cells/sequence.h"

#include <gtest/gtest.h>

#include <functional>
#include <numeric>

#include "cells/cells_test_util.h"

namespace stategrad::cells {
namespace {

struct Shape {
  int steps, streams, inputs, units;
};

std::size_t count(int a, int b, int c) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b) * static_cast<std::size_t>(c);
}

/// A layer, its inputs and a linear loss on its outputs (and last cell state).
struct Problem {
  Problem(Variant v, Shape s)
      : variant(v),
        shape(s),
        weights(random_weights<double>(v, s.inputs, s.units)),
        input(random_values(count(s.steps, s.streams, s.inputs), 11)),
        initial(random_values(count(2, s.streams, s.units), 12, 0.8)),
        output_gradient(random_values(count(s.steps, s.streams, s.units), 13)),
        cell_gradient(random_values(count(1, s.streams, s.units), 14)) {}

  [[nodiscard]] SequenceActivations<double> run(ThreadTeam& team) const {
    SequenceActivations<double> activations(variant.kind, shape.steps, shape.streams, shape.units);
    const std::size_t slot = count(1, shape.streams, shape.units);
    std::copy_n(initial.begin(), slot, activations.hidden.begin());
    if (!activations.cell.empty()) {
      std::copy_n(initial.begin() + static_cast<std::ptrdiff_t>(slot), slot,
                  activations.cell.begin());
    }
    forward(variant.kind, variant.reset_after, weights, input.data(), activations, team);
    return activations;
  }

  [[nodiscard]] double loss(ThreadTeam& team) const {
    const SequenceActivations<double> activations = run(team);
    const std::size_t slot = count(1, shape.streams, shape.units);
    double sum = std::inner_product(output_gradient.begin(), output_gradient.end(),
                                    activations.hidden.begin() + slot, 0.0);
    if (!activations.cell.empty()) {
      sum += std::inner_product(
          cell_gradient.begin(), cell_gradient.end(),
          activations.cell.begin() + slot * static_cast<std::size_t>(shape.steps), 0.0);
    }
    return sum;
  }

  Variant variant;
  Shape shape;
  LayerWeights<double> weights;
  std::vector<double> input, initial, output_gradient, cell_gradient;
};

/// Compares a gradient with central differences of the loss.
void expect_gradient(Problem& problem, std::span<double> values, std::span<const double> gradient,
                     ThreadTeam& team) {
  constexpr double kStep = 1e-5;
  const double scale = largest({gradient.begin(), gradient.end()});
  ASSERT_EQ(values.size(), gradient.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = values[i];
    values[i] = value + kStep;
    const double above = problem.loss(team);
    values[i] = value - kStep;
    const double below = problem.loss(team);
    values[i] = value;
    ASSERT_NEAR(gradient[i], (above - below) / (2 * kStep), 1e-7 * scale) << "value " << i;
  }
}

class Sequences : public testing::TestWithParam<Variant> {};

TEST_P(Sequences, GradientsAreFiniteDifferences) {
  const Variant v = GetParam();
  for (const Shape shape : {Shape{5, 3, 4, 7}, Shape{1, 1, 1, 1}, Shape{3, 2, 9, 17}}) {
    ThreadTeam team(2);
    Problem problem(v, shape);
    SequenceActivations<double> activations = problem.run(team);
    LayerWeights<double> gradient(v.kind, shape.inputs, shape.units);
    std::vector<double> input_gradient(problem.input.size(), 99);
    backward(v.kind, v.reset_after, problem.weights, problem.input.data(), activations,
             problem.output_gradient.data(), problem.cell_gradient.data(), &gradient,
             input_gradient.data(), team);
    LayerWeights<double>& weights = problem.weights;
    expect_gradient(problem, problem.input, input_gradient, team);
    expect_gradient(problem, std::span<double>(weights.weight_ih),
                    std::span<const double>(gradient.weight_ih), team);
    expect_gradient(problem, std::span<double>(weights.weight_hh),
                    std::span<const double>(gradient.weight_hh), team);
    expect_gradient(problem, std::span<double>(weights.bias_ih),
                    std::span<const double>(gradient.bias_ih), team);
    const std::size_t untrained =
        v.reset_after ? 2 * static_cast<std::size_t>(shape.units) : gradient.bias_hh.size();
    for (std::size_t u = 0; u < untrained; ++u) EXPECT_EQ(gradient.bias_hh[u], 0);
    if (v.reset_after) {
      expect_gradient(problem, std::span<double>(weights.bias_hh).subspan(untrained),
                      std::span<const double>(gradient.bias_hh).subspan(untrained), team);
    }
  }
}

TEST_P(Sequences, GradientsOfWeightsAreAddedToWhatIsThere) {
  const Variant v = GetParam();
  const Shape shape{3, 2, 4, 5};
  ThreadTeam team(1);
  const Problem problem(v, shape);
  LayerWeights<double> once(v.kind, shape.inputs, shape.units);
  LayerWeights<double> twice(v.kind, shape.inputs, shape.units);
  for (LayerWeights<double>* gradient : {&once, &twice, &twice}) {
    SequenceActivations<double> activations = problem.run(team);
    backward<double>(v.kind, v.reset_after, problem.weights, problem.input.data(), activations,
                     problem.output_gradient.data(), nullptr, gradient, nullptr, team);
  }
  for (std::size_t i = 0; i < once.weight_ih.size(); ++i) {
    EXPECT_NEAR(twice.weight_ih[i], 2 * once.weight_ih[i], 1e-12);
  }
  for (std::size_t i = 0; i < once.weight_hh.size(); ++i) {
    EXPECT_NEAR(twice.weight_hh[i], 2 * once.weight_hh[i], 1e-12);
  }
}

/// The two sides of the mathematics, which share no code.
TEST_P(Sequences, AdjointEqualsTangent) {
  const Variant v = GetParam();
  for (const Shape shape : {Shape{6, 1, 5, 13}, Shape{4, 1, 17, 33}, Shape{2, 1, 1, 1}}) {
    for (const int threads : {1, 2, 3}) {
      ThreadTeam team(threads);
      Problem problem(v, shape);
      std::fill(problem.initial.begin(), problem.initial.end(), 0.0);
      std::vector<double> input_gradient(problem.input.size());
      const auto layer = make_differentiable_layer(v.kind, v.reset_after, problem.weights);
      std::vector<Tangent> tangents;
      for (int source = 0; source < shape.steps; ++source) {
        tangents.push_back(
            tangent_of_input(*layer, problem.input.data(), shape.steps, source, team));
      }
      const auto expect_adjoint = [&](int unit, bool of_cell) {
        std::vector<double> output(problem.output_gradient.size()),
            final_cell(count(1, 1, shape.units));
        (of_cell ? final_cell[static_cast<std::size_t>(unit)]
                 : output[static_cast<std::size_t>((shape.steps - 1) * shape.units + unit)]) = 1;
        SequenceActivations<double> activations = problem.run(team);
        backward<double>(v.kind, v.reset_after, problem.weights, problem.input.data(), activations,
                         output.data(), final_cell.data(), nullptr, input_gradient.data(), team);
        for (int source = 0; source < shape.steps; ++source) {
          const Tangent& tangent = tangents[static_cast<std::size_t>(source)];
          const std::vector<double>& rows = of_cell ? tangent.cell : tangent.hidden;
          for (int e = 0; e < shape.inputs; ++e) {
            ASSERT_NEAR(input_gradient[static_cast<std::size_t>(source * shape.inputs + e)],
                        rows[static_cast<std::size_t>(e * shape.units + unit)],
                        1e-12 * largest(rows));
          }
        }
      };
      for (int unit = 0; unit < shape.units; ++unit) {
        expect_adjoint(unit, false);
        if (v.kind == CellKind::kLstm) expect_adjoint(unit, true);
      }
    }
  }
}

TEST_P(Sequences, StatesEqualThoseOfSingleSteps) {
  const Variant v = GetParam();
  const Shape shape{7, 1, 6, 21};
  ThreadTeam team(2);
  Problem problem(v, shape);
  std::fill(problem.initial.begin(), problem.initial.end(), 0.0);
  const SequenceActivations<double> activations = problem.run(team);
  const auto layer = make_differentiable_layer(v.kind, v.reset_after, problem.weights);
  for (int t = 0; t < shape.steps; ++t) {
    team.run([&](ThreadTeam::Worker& worker) {
      layer->step(worker, problem.input.data() + t * shape.inputs, false);
    });
    for (int u = 0; u < shape.units; ++u) {
      const auto place = static_cast<std::size_t>((t + 1) * shape.units + u);
      EXPECT_NEAR(activations.hidden[place], layer->hidden()[u], 1e-13);
      if (layer->cell() != nullptr) {
        EXPECT_NEAR(activations.cell[place], layer->cell()[u], 1e-13);
      }
    }
  }
}

TEST_P(Sequences, StreamsDoNotSeeEachOther) {
  const Variant v = GetParam();
  const Shape shape{4, 5, 3, 6};
  ThreadTeam team(2);
  const Problem all(v, shape);
  const SequenceActivations<double> together = all.run(team);
  for (int b = 0; b < shape.streams; ++b) {
    Problem one(v, {shape.steps, 1, shape.inputs, shape.units});
    for (int t = 0; t < shape.steps; ++t) {
      std::copy_n(all.input.begin() + (t * shape.streams + b) * shape.inputs, shape.inputs,
                  one.input.begin() + t * shape.inputs);
    }
    for (int part = 0; part < 2; ++part) {
      std::copy_n(all.initial.begin() + (part * shape.streams + b) * shape.units, shape.units,
                  one.initial.begin() + part * shape.units);
    }
    const SequenceActivations<double> alone = one.run(team);
    for (int t = 0; t <= shape.steps; ++t) {
      for (int u = 0; u < shape.units; ++u) {
        EXPECT_NEAR(
            alone.hidden[static_cast<std::size_t>(t * shape.units + u)],
            together.hidden[static_cast<std::size_t>((t * shape.streams + b) * shape.units + u)],
            1e-14);
      }
    }
  }
}

TEST_P(Sequences, CarriedStateMakesTwoWindowsOne) {
  const Variant v = GetParam();
  ThreadTeam team(2);
  const Problem problem(v, {6, 2, 3, 5});
  const SequenceActivations<double> whole = problem.run(team);
  SequenceActivations<double> half(v.kind, 3, 2, 5);
  std::copy_n(whole.hidden.begin(), 10, half.hidden.begin());
  if (!half.cell.empty()) std::copy_n(whole.cell.begin(), 10, half.cell.begin());
  for (int window = 0; window < 2; ++window) {
    if (window > 0) half.carry_state();
    forward(v.kind, v.reset_after, problem.weights, problem.input.data() + window * 3 * 2 * 3, half,
            team);
    for (std::size_t i = 0; i < half.hidden.size(); ++i) {
      EXPECT_NEAR(half.hidden[i], whole.hidden[static_cast<std::size_t>(window) * 30 + i], 1e-14);
    }
  }
}

TEST_P(Sequences, ResetStateZeroesTheStart) {
  SequenceActivations<double> activations(GetParam().kind, 2, 3, 4);
  std::fill(activations.hidden.begin(), activations.hidden.end(), 1.0);
  std::fill(activations.cell.begin(), activations.cell.end(), 1.0);
  activations.reset_state();
  for (std::size_t i = 0; i < activations.hidden.size(); ++i) {
    EXPECT_EQ(activations.hidden[i], i < 12 ? 0 : 1);
    if (!activations.cell.empty()) {
      EXPECT_EQ(activations.cell[i], i < 12 ? 0 : 1);
    }
  }
}

TEST_P(Sequences, FloatFollowsDouble) {
  const Variant v = GetParam();
  const Shape shape{9, 4, 16, 32};
  ThreadTeam team(2);
  Problem problem(v, shape);
  std::fill(problem.initial.begin(), problem.initial.end(), 0.0);
  SequenceActivations<double> exact = problem.run(team);
  SequenceActivations<float> rounded(v.kind, shape.steps, shape.streams, shape.units);
  const auto weights = random_weights<float>(v, shape.inputs, shape.units);
  const std::vector<float> input(problem.input.begin(), problem.input.end());
  const std::vector<float> gradient(problem.output_gradient.begin(), problem.output_gradient.end());
  forward(v.kind, v.reset_after, weights, input.data(), rounded, team);
  for (std::size_t i = 0; i < exact.hidden.size(); ++i) {
    EXPECT_NEAR(rounded.hidden[i], exact.hidden[i], 2e-5);
  }
  std::vector<double> exact_gradient(problem.input.size());
  std::vector<float> rounded_gradient(problem.input.size());
  backward<double>(v.kind, v.reset_after, problem.weights, problem.input.data(), exact,
                   problem.output_gradient.data(), nullptr, nullptr, exact_gradient.data(), team);
  backward<float>(v.kind, v.reset_after, weights, input.data(), rounded, gradient.data(), nullptr,
                  nullptr, rounded_gradient.data(), team);
  for (std::size_t i = 0; i < exact_gradient.size(); ++i) {
    EXPECT_NEAR(rounded_gradient[i], exact_gradient[i], 1e-4 * largest(exact_gradient));
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, Sequences, testing::ValuesIn(kVariants), VariantName());

}  // namespace
}  // namespace stategrad::cells

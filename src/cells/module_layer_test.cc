// SPDX-License-Identifier: MIT
#include "cells/module_layer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "cells/differentiable_layer.h"

namespace stategrad::cells {
namespace {

constexpr int kInputs = 2;
constexpr int kUnits = 3;

/// The plain RNN h' = tanh(W x + U h), whose derivatives are known.
class TanhModule final : public CellModule {
 public:
  explicit TanhModule(const LayerWeights<double>& weights) : weights_(&weights) {}

  void advance(DType /*precision*/, int streams, const double* input, const double* state,
               double* next) override {
    for (int s = 0; s < streams; ++s) {
      for (int u = 0; u < kUnits; ++u) {
        double sum = weights_->bias_ih[u];
        for (int e = 0; e < kInputs; ++e) sum += weight(u, e) * input[s * kInputs + e];
        for (int h = 0; h < kUnits; ++h) sum += recurrent(u, h) * state[s * kUnits + h];
        next[s * kUnits + u] = std::tanh(sum);
      }
    }
  }

  void linearize(DType precision, const double* input, const double* state, double* next,
                 double* by_state, double* by_input) override {
    advance(precision, 1, input, state, next);
    for (int u = 0; u < kUnits; ++u) {
      const double slope = 1 - next[u] * next[u];
      for (int h = 0; h < kUnits; ++h) by_state[h * kUnits + u] = slope * recurrent(u, h);
      for (int e = 0; e < kInputs; ++e) by_input[e * kUnits + u] = slope * weight(u, e);
    }
  }

  void backward(DType /*precision*/, const ModuleStretch& stretch,
                double* input_gradient) override {
    seen = stretch;
    const int count = stretch.steps * stretch.streams * kInputs;
    for (int i = 0; i < count; ++i) input_gradient[i] = i + 100 * stretch.gradient[0];
  }

  ModuleStretch seen;

 private:
  [[nodiscard]] double weight(int u, int e) const { return weights_->weight_ih[u * kInputs + e]; }
  [[nodiscard]] double recurrent(int u, int h) const { return weights_->weight_hh[u * kUnits + h]; }

  const LayerWeights<double>* weights_;
};

LayerWeights<double> rnn_weights() {
  LayerWeights<double> weights(CellKind::kRnn, kInputs, kUnits);
  double value = 0.1;
  for (auto* buffer : {&weights.weight_ih, &weights.weight_hh, &weights.bias_ih}) {
    for (double& x : *buffer) x = value = 0.9 * std::sin(7 * value + 1);
  }
  return weights;
}

const std::vector<double> kWords = {0.5, -1, 0.25, 2, -0.75, 0.125};

template <class Real>
void expect_steps_of_rnn(int threads, double tolerance) {
  const LayerWeights<double> rnn = rnn_weights();
  const auto expected = make_differentiable_layer(CellKind::kRnn, false, rnn);
  const auto layer = make_module_layer<Real>(std::make_shared<TanhModule>(rnn), kInputs, kUnits);
  const std::vector<Real> words(kWords.begin(), kWords.end());
  ThreadTeam team(threads);
  for (const bool differentiate : {true, false, true}) {
    for (std::size_t t = 0; t < 3; ++t) {
      team.run([&](ThreadTeam::Worker& worker) {
        expected->step(worker, kWords.data() + t * kInputs, differentiate);
        layer->step(worker, words.data() + t * kInputs, differentiate);
      });
      for (int u = 0; u < kUnits; ++u) {
        EXPECT_NEAR(layer->hidden()[u], expected->hidden()[u], tolerance);
      }
      if (!differentiate) continue;
      const auto& ours = layer->linearization();
      const auto& theirs = expected->linearization();
      EXPECT_EQ(ours.carried, 1);
      for (std::size_t i = 0; i < theirs.recurrent.size(); ++i) {
        EXPECT_NEAR(ours.recurrent[i], theirs.recurrent[i], tolerance);
      }
      for (std::size_t i = 0; i < theirs.input.size(); ++i) {
        EXPECT_NEAR(ours.input[i], theirs.input[i], tolerance);
      }
    }
  }
}

TEST(ModuleLayer, StepsAsTheCellThatItIs) {
  for (const int threads : {1, 3}) {
    expect_steps_of_rnn<double>(threads, 1e-14);
    expect_steps_of_rnn<float>(threads, 1e-6);
  }
}

TEST(ModuleLayer, StartsFromZeroAgain) {
  const LayerWeights<double> rnn = rnn_weights();
  const auto layer = make_module_layer<double>(std::make_shared<TanhModule>(rnn), kInputs, kUnits);
  ThreadTeam team(1);
  const auto step = [&] {
    team.run([&](ThreadTeam::Worker& worker) { layer->step(worker, kWords.data(), false); });
    return std::vector<double>(layer->hidden(), layer->hidden() + kUnits);
  };
  const std::vector<double> first = step();
  EXPECT_NE(step(), first);
  layer->reset();
  EXPECT_EQ(step(), first);
}

TEST(ModuleLayer, SequencesGoThroughTheModule) {
  const LayerWeights<double> rnn = rnn_weights();
  SequenceActivations<double> expected(CellKind::kRnn, 3, 2, kUnits);
  SequenceActivations<double> found(CellKind::kRnn, 3, 2, kUnits);
  std::vector<double> input(12);
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = kWords[(5 * i) % 6];
  for (int i = 0; i < 2 * kUnits; ++i) expected.hidden[i] = found.hidden[i] = 0.1 * i;
  ThreadTeam team(1);
  TanhModule module(rnn);
  forward(CellKind::kRnn, false, rnn, input.data(), expected, team);
  module_forward(module, kInputs, input.data(), found);
  for (std::size_t i = 0; i < expected.hidden.size(); ++i) {
    EXPECT_NEAR(found.hidden[i], expected.hidden[i], 1e-14) << i;
  }
  const std::vector<double> gradient(18, 0.5);
  std::vector<double> out(12);
  module_backward(module, kInputs, input.data(), found, gradient.data(), out.data());
  EXPECT_EQ(module.seen.steps, 3);
  EXPECT_EQ(module.seen.streams, 2);
  for (int i = 0; i < 12; ++i) EXPECT_EQ(out[static_cast<std::size_t>(i)], i + 50.0);
}

}  // namespace
}  // namespace stategrad::cells

// SPDX-License-Identifier: MIT
#include "train/network.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "stategrad/errors.h"
#include "train/test_support.h"

namespace stategrad::train {
namespace {

struct Case {
  std::string name;
  Architecture shape;
  NetworkOptions options;
};

Architecture shape_of(CellKind cell, bool reset_after, int layers, std::int64_t vocab_size = 7) {
  return {cell, reset_after, layers, vocab_size, 3, 4};
}

NetworkOptions options_of(double keep, bool drop_embeddings, Softmax softmax) {
  NetworkOptions options;
  options.streams = 2;
  options.steps = 3;
  options.keep = keep;
  options.drop_embeddings = drop_embeddings;
  options.softmax = softmax;
  options.seed = 5;
  return options;
}

/// A network in the middle of a text: its carried states are not zero.
class Window {
 public:
  Window(const Case& test, ThreadTeam& team)
      : test_(test),
        team_(team),
        inputs_(random_ids(6, test.shape.vocab_size, 3)),
        targets_(random_ids(6, test.shape.vocab_size, 4)) {}

  /// Loss (and gradients, into *gradients) of the window with these parameters.
  double loss(const Parameters<double>& parameters, std::vector<double>* gradients = nullptr) {
    TrainingNetwork<double> network(copy_of(parameters), test_.options, team_);
    double value = 0.1;
    for (const auto& state : network.carried_states()) {
      for (double& number : state.values) number = 0.6 * std::sin(value += 1.7);
    }
    const double result = network.forward_backward(inputs_, targets_, 9);
    if (gradients != nullptr) *gradients = flatten(network.gradients().values);
    return result;
  }

 private:
  const Case& test_;
  ThreadTeam& team_;
  std::vector<WordId> inputs_;
  std::vector<WordId> targets_;
};

class NetworkGradients : public testing::TestWithParam<Case> {};

TEST_P(NetworkGradients, EqualFiniteDifferencesOfTheLoss) {
  const Case& test = GetParam();
  ThreadTeam team(2);
  Window window(test, team);
  auto parameters = random_parameters<double>(test.shape, 11, 0.7);
  std::vector<double> gradients;
  window.loss(parameters, &gradients);
  const double step = 1e-5;
  std::size_t place = 0;
  std::size_t nonzero = 0;
  for (const auto& tensor : named_tensors(parameters)) {
    for (std::size_t i = 0; i < tensor.values.size(); ++i, ++place) {
      if (i < tensor.trained_from) continue;
      const double value = tensor.values[i];
      tensor.values[i] = value + step;
      const double above = window.loss(parameters);
      tensor.values[i] = value - step;
      const double below = window.loss(parameters);
      tensor.values[i] = value;
      ASSERT_NEAR(gradients[place], (above - below) / (2 * step), 2e-8)
          << tensor.name << " value " << i;
      nonzero += gradients[place] != 0 ? 1 : 0;
    }
  }
  EXPECT_GT(nonzero, gradients.size() / 4);
}

std::vector<Case> cases() {
  const auto full = options_of(1, false, Softmax::kFull);
  const auto dropped = options_of(0.6, true, Softmax::kFull);
  const auto sampled = options_of(1, false, Softmax::kSampled);
  return {
      {"lstm", shape_of(CellKind::kLstm, false, 1), full},
      {"lstm_dropout_2_layers", shape_of(CellKind::kLstm, false, 2), dropped},
      {"lstm_sampled", shape_of(CellKind::kLstm, false, 1, 50), sampled},
      {"lstm_sampled_tiny_vocabulary", shape_of(CellKind::kLstm, false, 1, 7), sampled},
      {"gru_reset_before_2_layers", shape_of(CellKind::kGru, false, 2), full},
      {"gru_reset_after_dropout", shape_of(CellKind::kGru, true, 1), dropped},
      {"rnn_3_layers", shape_of(CellKind::kRnn, false, 3), full},
      {"rnn_sampled_dropout", shape_of(CellKind::kRnn, false, 1, 50),
       options_of(0.7, true, Softmax::kSampled)},
  };
}

INSTANTIATE_TEST_SUITE_P(All, NetworkGradients, testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.name; });

class Network : public testing::Test {
 protected:
  ThreadTeam team_{2};
  Architecture shape_ = shape_of(CellKind::kLstm, false, 2);
  std::vector<WordId> inputs_ = random_ids(6, 7, 3);
  std::vector<WordId> targets_ = random_ids(6, 7, 4);
};

TEST_F(Network, LossOfZeroWeightsIsThatOfUniformWords) {
  TrainingNetwork<float> network(Parameters<float>(shape_), options_of(1, false, Softmax::kFull),
                                 team_);
  EXPECT_NEAR(network.forward_backward(inputs_, targets_, 0), 3 * std::log(7.0), 1e-5);
}

TEST_F(Network, CarriesTheStateAndResetsIt) {
  TrainingNetwork<double> network(random_parameters<double>(shape_, 1, 0.5),
                                  options_of(1, false, Softmax::kFull), team_);
  const double from_zero = network.forward_backward(inputs_, targets_, 0);
  const double carried = network.forward_backward(inputs_, targets_, 0);
  EXPECT_NE(carried, from_zero);
  network.reset_state();
  EXPECT_EQ(network.forward_backward(inputs_, targets_, 0), from_zero);
}

TEST_F(Network, GradientsDoNotDependOnTheWindowBefore) {
  // Rows that the window before touched must be zero again.
  for (const Softmax softmax : {Softmax::kFull, Softmax::kSampled}) {
    auto shape = shape_;
    shape.vocab_size = 60;
    const auto options = options_of(1, false, softmax);
    const auto parameters = random_parameters<double>(shape, 1, 0.5);
    TrainingNetwork<double> used(copy_of(parameters), options, team_);
    used.forward_backward(random_ids(6, 60, 8), random_ids(6, 60, 9), 3);
    used.reset_state();
    used.forward_backward(inputs_, targets_, 4);
    TrainingNetwork<double> fresh(copy_of(parameters), options, team_);
    fresh.forward_backward(inputs_, targets_, 4);
    EXPECT_EQ(flatten(used.gradients().values), flatten(fresh.gradients().values));
  }
}

TEST_F(Network, DrawsNewMasksForEveryWindowAndSeed) {
  auto options = options_of(0.5, false, Softmax::kFull);
  const auto parameters = random_parameters<double>(shape_, 1, 0.5);
  TrainingNetwork<double> network(copy_of(parameters), options, team_);
  const auto loss = [&](std::uint64_t window) {
    network.reset_state();
    return network.forward_backward(inputs_, targets_, window);
  };
  const double first = loss(0);
  EXPECT_NE(loss(1), first);
  EXPECT_EQ(loss(0), first);
  options.seed = 6;
  TrainingNetwork<double> other(copy_of(parameters), options, team_);
  EXPECT_NE(other.forward_backward(inputs_, targets_, 0), first);
}

TEST_F(Network, LeavesFrozenEmbeddingsWithoutGradient) {
  auto options = options_of(0.5, true, Softmax::kFull);
  options.train_embeddings = false;
  TrainingNetwork<float> network(random_parameters<float>(shape_, 1, 0.5), options, team_);
  network.forward_backward(inputs_, targets_, 0);
  for (const float value : network.gradients().values.embedding) EXPECT_EQ(value, 0);
  EXPECT_FALSE(network.gradients().embedding_trained);
}

TEST_F(Network, AgreesToRoundingForAnyNumberOfThreads) {
  const auto parameters = random_parameters<double>(shape_, 1, 0.5);
  const auto options = options_of(0.7, true, Softmax::kFull);
  TrainingNetwork<double> two(copy_of(parameters), options, team_);
  const double expected = two.forward_backward(inputs_, targets_, 2);
  for (const int threads : {1, 3}) {
    ThreadTeam team(threads);
    TrainingNetwork<double> network(copy_of(parameters), options, team);
    EXPECT_NEAR(network.forward_backward(inputs_, targets_, 2), expected, 1e-12);
    const auto ours = flatten(network.gradients().values);
    const auto theirs = flatten(two.gradients().values);
    for (std::size_t i = 0; i < ours.size(); ++i) ASSERT_NEAR(ours[i], theirs[i], 1e-12);
  }
}

TEST_F(Network, SaysThatAModelHasDiverged) {
  auto parameters = random_parameters<float>(shape_, 1, 0.5);
  parameters.output_bias[2] = std::nanf("");
  TrainingNetwork<float> network(std::move(parameters), options_of(1, false, Softmax::kFull),
                                 team_);
  EXPECT_FALSE(std::isfinite(network.forward_backward(inputs_, targets_, 0)));
}

TEST_F(Network, RefusesOptionsOutsideTheirRange) {
  auto options = options_of(0, false, Softmax::kFull);
  EXPECT_THROW(TrainingNetwork<float>(Parameters<float>(shape_), options, team_), UsageError);
  options = options_of(1, false, Softmax::kFull);
  options.streams = 0;
  EXPECT_THROW(TrainingNetwork<float>(Parameters<float>(shape_), options, team_), UsageError);
}

}  // namespace
}  // namespace stategrad::train

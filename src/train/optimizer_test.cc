// SPDX-License-Identifier: MIT
#include "train/optimizer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "train/test_support.h"

namespace stategrad::train {
namespace {

constexpr int kUpdates = 5;
constexpr double kMaxNorm = 1.5;
constexpr double kRate = 0.3;

const Architecture kShape{CellKind::kLstm, false, 1, 5, 2, 3};

/// Parameter and gradient number i; the same formulas stand in the script below.
double parameter_at(std::size_t i) { return std::cos(static_cast<double>(i)); }
double gradient_at(std::size_t i, int update) {
  return std::sin(1.3 * static_cast<double>(i) + 0.7 * update) / (1 + update);
}

/// The words that update number `update` touches: not all, and not always the same.
bool touched(WordId word, int update) { return (word + update) % 3 != 0; }

/// PyTorch on the same numbers. trained[i] = 1 for values that move, row[i] = word of an embedding
/// or (sparse softmax) output row, else -1.
constexpr std::string_view kScript = R"(
import sys
try:
    import numpy, torch
except ImportError:
    sys.exit(77)
kind, rate, max_norm, updates = sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
trained = numpy.array([int(c) for c in sys.argv[5].split(',')])
row = numpy.array([int(c) for c in sys.argv[6].split(',')])
i = numpy.arange(len(trained))
parameter = torch.nn.Parameter(torch.from_numpy(numpy.cos(i.astype(float))))
optimizer = {'sgd': lambda p: torch.optim.SGD(p, lr=rate),
             'adam': lambda p: torch.optim.Adam(p, lr=rate),
             'adagrad': lambda p: torch.optim.Adagrad(p, lr=rate, initial_accumulator_value=0.1,
                                                      eps=0)}[kind]([parameter])
for update in range(updates):
    gradient = numpy.sin(1.3 * i + 0.7 * update) / (1 + update)
    gradient *= trained * ((row < 0) | ((row + update) % 3 != 0))
    parameter.grad = torch.from_numpy(gradient)
    torch.nn.utils.clip_grad_norm_([parameter], max_norm)
    optimizer.step()
print(' '.join(repr(float(v)) for v in parameter))
)";

std::string joined(const std::vector<int>& values) {
  return fmt::format("{}", fmt::join(values, ","));
}

/// The script's answer; empty when there is no PyTorch.
std::vector<double> torch_answer(const std::string& kind, const std::vector<int>& trained,
                                 const std::vector<int>& rows) {
  const TemporaryDirectory directory;
  const auto script = directory.path() / "optimizer.py";
  std::ofstream(script) << kScript;
  const std::string command =
      fmt::format("/usr/bin/python3 {} {} {} {} {} {} {} 2>/dev/null", script.string(), kind, kRate,
                  kMaxNorm, kUpdates, joined(trained), joined(rows));
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get())) {
    text += static_cast<char>(c);
  }
  std::istringstream stream(text);
  std::vector<double> values;
  for (double value = 0; stream >> value;) values.push_back(value);
  return values;
}

struct Case {
  std::string kind;
  Optimizer optimizer;
  bool sparse_output;
};

class AgainstTorch : public testing::TestWithParam<Case> {};

TEST_P(AgainstTorch, GivesTheSameParametersAfterSomeUpdates) {
  const Case& test = GetParam();
  ThreadTeam team(2);
  Parameters<double> parameters(kShape);
  Gradients<double> gradients(kShape);
  gradients.output_sparse = test.sparse_output;
  std::vector<int> trained;
  std::vector<int> rows;
  for (const auto& tensor : named_tensors(parameters)) {
    const bool by_row = tensor.name.starts_with("embedding") ||
                        (test.sparse_output && tensor.name.starts_with("output"));
    const std::size_t width = tensor.values.size() / static_cast<std::size_t>(tensor.shape[0]);
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      tensor.values[i] = parameter_at(trained.size());
      trained.push_back(i >= tensor.trained_from ? 1 : 0);
      rows.push_back(by_row ? static_cast<int>(i / width) : -1);
    }
  }
  const auto expected = torch_answer(test.kind, trained, rows);
  if (expected.empty()) GTEST_SKIP() << "/usr/bin/python3 has no torch";
  ASSERT_EQ(expected.size(), trained.size());

  ParameterUpdater<double> updater(test.optimizer, kMaxNorm, kShape);
  for (int update = 0; update < kUpdates; ++update) {
    gradients.embedding_rows.clear();
    gradients.output_rows.clear();
    for (WordId word = 0; word < 5; ++word) {
      if (!touched(word, update)) continue;
      gradients.embedding_rows.add(word);
      gradients.output_rows.add(word);
    }
    std::size_t place = 0;
    for (const auto& tensor : named_tensors(gradients.values)) {
      for (double& value : tensor.values) {
        const bool here = rows[place] < 0 || touched(rows[place], update);
        // Values that are not trained get a gradient that must not count.
        value = here ? gradient_at(place, update) : 0;
        ++place;
      }
    }
    const double norm = updater.gradient_norm(gradients, team);
    updater.update(parameters, gradients, kRate, norm, team);
  }
  const auto values = flatten(parameters);
  for (std::size_t i = 0; i < values.size(); ++i) {
    // clip_grad_norm_ adds 1e-6 to the norm.
    ASSERT_NEAR(values[i], expected[i], 2e-6) << i;
  }
  EXPECT_EQ(updater.updates(), kUpdates);
}

INSTANTIATE_TEST_SUITE_P(
    Optimizers, AgainstTorch,
    testing::Values(Case{"sgd", Optimizer::kSgd, false}, Case{"sgd", Optimizer::kSgd, true},
                    Case{"adam", Optimizer::kAdam, false}, Case{"adam", Optimizer::kAdam, true},
                    Case{"adagrad", Optimizer::kAdagrad, false},
                    Case{"adagrad", Optimizer::kAdagrad, true}),
    [](const auto& test) {
      return test.param.kind + (test.param.sparse_output ? "_sparse" : "_dense");
    });

class Updater : public testing::Test {
 protected:
  Updater() {
    for (const auto& tensor : named_tensors(gradients_.values)) {
      std::fill(tensor.values.begin(), tensor.values.end(), 2.0F);
    }
    for (WordId word = 0; word < 5; ++word) gradients_.embedding_rows.add(word);
  }

  ThreadTeam team_{2};
  Parameters<float> parameters_ = random_parameters<float>(kShape, 1, 0.5);
  Gradients<float> gradients_{kShape};
};

TEST_F(Updater, NormIsOfTrainedGradientsOnly) {
  // All but bias_hh (12 values).
  const double all = static_cast<double>(flatten(parameters_).size()) - 12;
  const ParameterUpdater<float> updater(Optimizer::kSgd, 1, kShape);
  EXPECT_NEAR(updater.gradient_norm(gradients_, team_), 2 * std::sqrt(all), 1e-5);
  gradients_.embedding_trained = false;
  EXPECT_NEAR(updater.gradient_norm(gradients_, team_), 2 * std::sqrt(all - 10), 1e-5);
}

TEST_F(Updater, NormOfAGruResetAfterCountsTheCandidatesBias) {
  const Architecture shape{CellKind::kGru, true, 1, 5, 2, 3};
  Gradients<float> gradients(shape);
  for (float& value : gradients.values.layers[0].bias_hh) value = 1;
  const ParameterUpdater<float> updater(Optimizer::kSgd, 1, shape);
  EXPECT_NEAR(updater.gradient_norm(gradients, team_), std::sqrt(3.0), 1e-6);
}

TEST_F(Updater, DoesNotClipASmallNorm) {
  ParameterUpdater<float> updater(Optimizer::kSgd, 1e6, kShape);
  const float before = parameters_.output_bias[0];
  updater.update(parameters_, gradients_, 0.25, updater.gradient_norm(gradients_, team_), team_);
  EXPECT_FLOAT_EQ(parameters_.output_bias[0], before - 0.5F);
}

TEST_F(Updater, LeavesFrozenValuesAlone) {
  for (const Optimizer kind : {Optimizer::kSgd, Optimizer::kAdam, Optimizer::kAdagrad}) {
    auto parameters = copy_of(parameters_);
    gradients_.embedding_trained = false;
    ParameterUpdater<float> updater(kind, 5, kShape);
    updater.update(parameters, gradients_, 0.1, updater.gradient_norm(gradients_, team_), team_);
    for (std::size_t i = 0; i < parameters.embedding.size(); ++i) {
      EXPECT_EQ(parameters.embedding[i], parameters_.embedding[i]);
    }
    for (const float value : parameters.layers[0].bias_hh) EXPECT_EQ(value, 0);
    EXPECT_NE(parameters.output_bias[0], parameters_.output_bias[0]);
  }
}

TEST_F(Updater, NormShowsAValueThatIsNotFinite) {
  const ParameterUpdater<float> updater(Optimizer::kSgd, 1, kShape);
  gradients_.values.embedding[3] = std::numeric_limits<float>::infinity();
  EXPECT_FALSE(std::isfinite(updater.gradient_norm(gradients_, team_)));
  gradients_.values.embedding[3] = 0;
  gradients_.values.output_weight[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(std::isfinite(updater.gradient_norm(gradients_, team_)));
}

TEST_F(Updater, StatesAreWhatItsNameSays) {
  EXPECT_TRUE(ParameterUpdater<float>(Optimizer::kSgd, 1, kShape).states().empty());
  ParameterUpdater<float> adagrad(Optimizer::kAdagrad, 1, kShape);
  ASSERT_EQ(adagrad.states().size(), 1U);
  EXPECT_EQ(adagrad.states()[0].name, "adagrad.sum");
  EXPECT_FLOAT_EQ(adagrad.states()[0].values->output_bias[0], 0.1F);
  ParameterUpdater<float> adam(Optimizer::kAdam, 1, kShape);
  EXPECT_EQ(adam.states().size(), 2U);
}

}  // namespace
}  // namespace stategrad::train

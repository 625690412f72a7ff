// SPDX-License-Identifier: MIT
//
// The engine with a rank tolerance, against itself without.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "gradient/engine.h"
#include "gradient/gradient_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

Architecture shape_of(std::size_t cell, int layers, int embedding, int size) {
  constexpr std::array<CellKind, 4> kCells = {CellKind::kLstm, CellKind::kGru, CellKind::kGru,
                                              CellKind::kRnn};
  return {.cell = kCells[cell],
          .reset_after = cell == 2,
          .num_layers = layers,
          .vocab_size = 7,
          .embedding_size = embedding,
          .size = size};
}

void expect_same_bytes(const KeepingSink& a, const KeepingSink& b) {
  EXPECT_EQ(a.sums, b.sums);
  ASSERT_EQ(a.blocks.size(), b.blocks.size());
  for (const auto& [place, block] : a.blocks) {
    ASSERT_EQ(block.values, b.blocks.at(place).values);
    ASSERT_EQ(block.squared_norm, b.blocks.at(place).squared_norm);
  }
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

/// What a pass with a tolerance lost against the exact one.
struct Loss {
  double largest = 0;         ///< |difference| / |exact| over all blocks
  std::size_t different = 0;  ///< blocks
};

/// Checks every inequality that holds whatever the model: that squared norms are never too large,
/// that they lack exactly what the blocks lack, and that sums differ by no more than their blocks.
Loss compare(const KeepingSink& exact, const KeepingSink& reduced, double rounding) {
  Loss loss;
  EXPECT_EQ(exact.order, reduced.order);
  auto allowed = std::vector(exact.sums.size(), std::vector<double>(exact.sums[0].size()));
  for (const auto& [place, block] : exact.blocks) {
    const StoredBlock& other = reduced.blocks.at(place);
    const double difference = distance(block.values, other.values);
    const double squared = block.squared_norm;
    if (squared == 0) continue;
    loss.largest = std::max(loss.largest, difference / std::sqrt(squared));
    if (difference > 0) ++loss.different;
    EXPECT_LE(other.squared_norm, squared * (1 + rounding));
    EXPECT_NEAR(other.squared_norm + difference * difference, squared, rounding * squared);
    allowed[static_cast<std::size_t>(block.key.state_index)]
           [static_cast<std::size_t>(block.key.delay)] +=
        difference + rounding * std::sqrt(squared);
  }
  for (std::size_t s = 0; s < allowed.size(); ++s) {
    for (std::size_t d = 0; d < allowed[s].size(); ++d) {
      EXPECT_LE(distance(exact.sums[s][d], reduced.sums[s][d]), allowed[s][d]);
    }
  }
  return loss;
}

/// A random problem with long delays, small weights (old sources fade in few directions), and
/// everything else following from the seed.
struct Trial {
  explicit Trial(std::uint64_t seed) : random(seed, 3) {
    shape = shape_of(seed % 4, pick(1, 3), pick(2, 20), pick(3, 40));
    options.states = all_states(shape);
    if (pick(0, 1) == 1) options.states = {{StateKind::kHidden, shape.num_layers - 1}};
    options.max_delay = pick(8, 40);
    options.windowed = pick(0, 1) == 1;
    int length = pick(20, 60);
    if (options.windowed) {
      options.num_steps = pick(10, 30);
      length = 3 * options.num_steps;
      if (pick(0, 1) == 1) options.time_steps = {options.num_steps - 1, pick(0, 9)};
    }
    if (pick(0, 2) == 0) {
      options.basis.resize(static_cast<std::size_t>(shape.embedding_size * pick(1, 25)));
      for (double& value : options.basis) value = 2 * random.uniform() - 1;
    }
    threads = pick(1, 3);
    scale = 0.1 + 0.4 * random.uniform();
    text = random_text(shape, length, seed);
  }
  int pick(int least, int most) {
    return least + static_cast<int>(random.below(static_cast<std::uint64_t>(most - least + 1)));
  }

  RandomStream random;
  Architecture shape;
  GradientOptions options;
  std::vector<WordId> text;
  int threads = 1;
  double scale = 1;
};

/// The model with parameters changed.
template <class Change>
LanguageModel<double> rebuilt(const LanguageModel<double>& model, const Change& change) {
  Parameters<double> parameters(model.architecture());
  const auto from = named_tensors(model.parameters());
  auto to = named_tensors(parameters);
  for (std::size_t i = 0; i < to.size(); ++i) {
    std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
  }
  change(parameters);
  return {model.vocabulary(), std::move(parameters)};
}

TEST(RankTolerance, IsKeptForRandomProblems) {
  std::size_t different = 0;
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    Trial trial(seed);
    SCOPED_TRACE(testing::Message() << "seed " << seed << ", " << to_string(trial.shape.cell));
    const auto model = random_model(trial.shape, seed, trial.scale);
    const auto exact = compute(model, trial.text, trial.options, trial.threads);
    const auto exact32 = compute(model.as<float>(), trial.text, trial.options, trial.threads);
    // What is dropped at different delays is orthogonal.
    const double several =
        std::sqrt(static_cast<double>(compression_delays(trial.options.max_delay).size()));
    for (const double tolerance : {1e-1, 1e-3, 1e-5}) {
      trial.options.rank_tolerance = tolerance;
      const Loss loss =
          compare(exact, compute(model, trial.text, trial.options, trial.threads), 1e-9);
      EXPECT_LE(loss.largest, several * tolerance) << tolerance;
      different += loss.different;
      if (tolerance < 1e-4) continue;  // below float32's own noise after a few steps
      const auto rounded = compute(model.as<float>(), trial.text, trial.options, trial.threads);
      EXPECT_LE(compare(exact32, rounded, 1e-4).largest, several * tolerance + 1e-5) << tolerance;
    }
    trial.options.rank_tolerance = 0;
    if (HasFailure()) break;
  }
  EXPECT_GT(different, 5000U);
}

TEST(RankTolerance, GivesTheSameBytesForEveryTeamAndInPieces) {
  const auto shape = shape_of(0, 2, 24, 40);
  const auto model = random_model(shape, 3, 0.3).as<float>();
  const auto text = random_text(shape, 60, 3);
  const GradientOptions options{
      .states = all_states(shape), .max_delay = 40, .rank_tolerance = 1e-3};
  const auto one = compute(model, text, options, 1);
  for (const int threads : {2, 3, 5}) {
    SCOPED_TRACE(threads);
    expect_same_bytes(one, compute(model, text, options, threads));
  }
  const GradientRun run = plan_state_gradients(model, std::span<const WordId>(text), options);
  ThreadTeam team(2);
  StateGradientEngine<float> engine(model, run, {}, team);
  KeepingSink pieces;
  pieces.begin(run);
  while (engine.position() < engine.words()) engine.advance(7, pieces);
  expect_same_bytes(one, pieces);
}

/// Takes sums and norms, but no values.
class SummingSink : public KeepingSink {
 public:
  [[nodiscard]] bool reads_values(const BlockKey& /*key*/) const override { return false; }
  void push(const GradientBlock& block) override {
    const auto* values = std::get_if<const float*>(&block.values);
    ASSERT_NE(values, nullptr);
    *values == nullptr ? ++without_values : ++with_values;
    norms.push_back(block.squared_norm);
  }
  int with_values = 0;
  int without_values = 0;
  std::vector<double> norms;
};

TEST(RankTolerance, MakesNoBlocksForSinksThatOnlySum) {
  const auto shape = shape_of(0, 1, 24, 40);
  const auto model = random_model(shape, 3, 0.3).as<float>();
  const auto text = random_text(shape, 60, 3);
  const GradientOptions options{.max_delay = 40, .rank_tolerance = 1e-3};
  const auto keeping = compute(model, text, options);
  ThreadTeam team(1);
  SummingSink summing;
  compute_state_gradients(model, std::span<const WordId>(text), options, summing, team);
  EXPECT_GT(summing.without_values, 50);
  EXPECT_GT(summing.with_values, 500);
  EXPECT_EQ(summing.sums, keeping.sums);
  ASSERT_EQ(summing.norms.size(), keeping.order.size());
  for (std::size_t i = 0; i < summing.norms.size(); ++i) {
    const auto& [position, state, delay] = keeping.order[i];
    const KeepingSink::Place place{static_cast<int>(state), position, static_cast<int>(delay)};
    EXPECT_EQ(summing.norms[i], keeping.blocks.at(place).squared_norm);
  }
}

TEST(RankTolerance, ChangesNothingWhereGradientsDoNotFitInFewerRows) {
  const auto shape = shape_of(0, 1, 8, 48);
  // A cell that keeps nearly all of every word.
  const auto model = rebuilt(random_model(shape, 4, 0.1), [&](Parameters<double>& parameters) {
    for (int u = 0; u < shape.size; ++u) {
      parameters.layers[0].bias_ih[static_cast<std::size_t>(shape.size + u)] = 6;
    }
  });
  const auto text = random_text(shape, 120, 4);
  GradientOptions options{.states = all_states(shape), .max_delay = 30};
  const auto exact = compute(model, text, options);
  options.rank_tolerance = 1e-3;
  expect_same_bytes(exact, compute(model, text, options));
}

TEST(RankTolerance, DoesNotHideGradientsThatAreNotFinite) {
  const auto shape = shape_of(3, 1, 6, 12);
  const auto model = rebuilt(random_model(shape, 5, 0.1), [](Parameters<double>& parameters) {
    for (double& weight : parameters.layers[0].weight_hh) weight *= 1e50;
    for (double& weight : parameters.embedding) weight = 0;
    for (double& bias : parameters.layers[0].bias_ih) bias = 0;
    for (double& bias : parameters.layers[0].bias_hh) bias = 0;
  });
  const auto text = random_text(shape, 30, 5);
  const GradientOptions options{.max_delay = 20, .rank_tolerance = 1e-2};
  EXPECT_THAT([&] { compute(model, text, options); },
              ThrowsMessage<NumericalError>(HasSubstr("is not finite")));
}

TEST(RankTolerance, IsRecordedAndMustLieInItsRange) {
  const auto shape = shape_of(1, 1, 3, 4);
  const auto model = random_model(shape, 6);
  const auto text = random_text(shape, 9, 6);
  GradientOptions options{.max_delay = 3, .rank_tolerance = 0.25};
  EXPECT_EQ(compute(model, text, options).run.rank_tolerance, 0.25);
  for (const double bad : {-0.1, 1.0, std::numeric_limits<double>::quiet_NaN()}) {
    options.rank_tolerance = bad;
    EXPECT_THAT([&] { compute(model, text, options); },
                ThrowsMessage<UsageError>(HasSubstr("rank_tolerance is")));
  }
}

}  // namespace
}  // namespace stategrad::gradient

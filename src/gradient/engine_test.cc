// SPDX-License-Identifier: MIT
#include "gradient/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "gradient/gradient_test_util.h"
#include "kernels/isa.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

using kernels::Isa;

constexpr std::array<std::pair<CellKind, bool>, 4> kCells = {{{CellKind::kLstm, false},
                                                              {CellKind::kGru, false},
                                                              {CellKind::kGru, true},
                                                              {CellKind::kRnn, false}}};

Architecture shape_of(std::size_t cell, int layers, int embedding, int size) {
  return {.cell = kCells[cell].first,
          .reset_after = kCells[cell].second,
          .num_layers = layers,
          .vocab_size = 7,
          .embedding_size = embedding,
          .size = size};
}

/// Every promise of the sink's interface about the blocks that were pushed.
void expect_complete(const KeepingSink& sink) {
  const GradientRun& run = sink.run;
  EXPECT_TRUE(sink.finished);
  EXPECT_EQ(sink.blocks.size(),
            static_cast<std::size_t>(run.num_blocks_per_state) * run.states.size());
  EXPECT_EQ(sink.order.size(), sink.blocks.size());
  EXPECT_TRUE(std::is_sorted(sink.order.begin(), sink.order.end()));
  std::vector<std::int64_t> positions;
  for (const auto& place : sink.order) {
    if (positions.empty() || positions.back() != place[0]) positions.push_back(place[0]);
  }
  EXPECT_EQ(sink.ended, positions);
  auto sums = sink.sums;
  for (auto& state : sums) {
    for (auto& sum : state) std::fill(sum.begin(), sum.end(), 0.0);
  }
  const auto rows = static_cast<std::size_t>(run.rows);
  const auto size = static_cast<std::size_t>(run.architecture.size);
  for (const auto& [place, block] : sink.blocks) {
    const BlockKey& key = block.key;
    const std::int64_t start = run.windowed ? key.window * run.num_steps : 0;
    const std::int64_t step = key.position - start;
    EXPECT_EQ(key.time_step, run.windowed ? step : 0);
    EXPECT_TRUE(step >= 0 && (!run.windowed || step < run.num_steps));
    EXPECT_TRUE(key.delay >= 0 && key.delay < run.max_delay && key.delay <= step);
    EXPECT_EQ(key.source, run.text[static_cast<std::size_t>(key.position - key.delay)]);
    double norm = 0;
    for (const double value : block.values) norm += value * value;
    EXPECT_NEAR(block.squared_norm, norm, 1e-12 * norm);
    auto& sum =
        sums[static_cast<std::size_t>(key.state_index)][static_cast<std::size_t>(key.delay)];
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t h = 0; h < size; ++h) sum[r * size + h] += block.values[h * rows + r];
    }
  }
  for (std::size_t s = 0; s < sums.size(); ++s) {
    for (std::size_t d = 0; d < sums[s].size(); ++d) {
      for (std::size_t i = 0; i < sums[s][d].size(); ++i) {
        ASSERT_NEAR(sink.sums[s][d][i], sums[s][d][i], 1e-12) << "state " << s << " delay " << d;
      }
    }
  }
}

void expect_near_naive(const LanguageModel<double>& model, const KeepingSink& sink,
                       std::span<const double> basis, double tolerance) {
  for (const auto& [place, block] : sink.blocks) {
    const auto expected = naive_gradient(model, sink.run, basis, block.key);
    const double scale = std::max(largest(expected), 1e-12);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_NEAR(block.values[i], expected[i], tolerance * scale)
          << "state " << block.key.state_index << " position " << block.key.position << " delay "
          << block.key.delay << " entry " << i;
    }
  }
}

/// A random problem; every choice follows from the seed.
struct Trial {
  explicit Trial(std::uint64_t seed) : random(seed, 2) {
    shape = shape_of(seed % kCells.size(), pick(1, 3), pick(1, 7), pick(1, 9));
    if (pick(0, 9) == 0) shape.size = 37;  // more than a panel of every instruction set
    options.max_delay = pick(1, 9);
    options.windowed = pick(0, 1) == 1;
    int length = pick(1, 16);
    if (options.windowed) {
      options.num_steps = pick(1, 7);
      length = options.num_steps * pick(2, 4) + pick(0, options.num_steps - 1);
      for (int t = 0; t < options.num_steps; ++t) {
        if (pick(0, 2) == 0) options.time_steps.push_back(t);
      }
    }
    for (const StateOfLayer& state : all_states(shape)) {
      if (pick(0, 2) != 0) options.states.push_back(state);
    }
    if (pick(0, 1) == 1) {
      options.basis.resize(static_cast<std::size_t>(shape.embedding_size * pick(1, 9)));
      for (double& value : options.basis) value = 2 * random.uniform() - 1;
    }
    const auto isas = kernels::available_isas();
    isa = isas[static_cast<std::size_t>(pick(0, static_cast<int>(isas.size()) - 1))];
    threads = pick(1, 3);
    text = random_text(shape, length, seed);
  }
  int pick(int least, int most) {
    return least + static_cast<int>(random.below(static_cast<std::uint64_t>(most - least + 1)));
  }

  RandomStream random;
  Architecture shape;
  GradientOptions options;
  std::vector<WordId> text;
  Isa isa = Isa::kScalar;
  int threads = 1;
};

TEST(StateGradients, EqualTheNaiveReferenceForRandomProblems) {
  const Isa before = kernels::active_isa();
  for (std::uint64_t seed = 0; seed < 160; ++seed) {
    const Trial trial(seed);
    SCOPED_TRACE(testing::Message()
                 << "seed " << seed << ", " << to_string(trial.shape.cell) << ", layers "
                 << trial.shape.num_layers << ", E " << trial.shape.embedding_size << ", H "
                 << trial.shape.size << ", D " << trial.options.max_delay << ", N "
                 << trial.text.size() << ", T "
                 << (trial.options.windowed ? trial.options.num_steps : 0) << ", threads "
                 << trial.threads << ", " << kernels::to_string(trial.isa));
    kernels::set_active_isa(trial.isa);
    const auto model = random_model(trial.shape, seed);
    const auto exact = compute(model, trial.text, trial.options, trial.threads);
    expect_complete(exact);
    expect_near_naive(model, exact, trial.options.basis, 1e-10);
    const auto rounded = compute(model.as<float>(), trial.text, trial.options, trial.threads);
    expect_complete(rounded);
    expect_near_naive(model, rounded, trial.options.basis, 1e-4);
    if (HasFailure()) break;
  }
  kernels::set_active_isa(before);
}

TEST(StateGradients, AreTheSameBytesForEveryTeam) {
  const auto shape = shape_of(0, 2, 24, 40);
  const auto model = random_model(shape, 3, 0.3).as<float>();
  const auto text = random_text(shape, 30, 3);
  const GradientOptions options{.states = all_states(shape), .max_delay = 12};
  const auto one = compute(model, text, options, 1);
  for (const int threads : {2, 3, 5}) {
    const auto many = compute(model, text, options, threads);
    EXPECT_EQ(one.sums, many.sums) << threads;
    for (const auto& [place, block] : one.blocks) {
      ASSERT_EQ(block.values, many.blocks.at(place).values) << threads;
      ASSERT_EQ(block.squared_norm, many.blocks.at(place).squared_norm) << threads;
    }
  }
}

TEST(StateGradients, ContinuousEqualsWindowedWhereNoWindowIsCrossed) {
  for (std::size_t cell = 0; cell < kCells.size(); ++cell) {
    const auto shape = shape_of(cell, 2, 5, 6);
    const auto model = random_model(shape, 5);
    const auto text = random_text(shape, 30, 5);
    GradientOptions options{.states = all_states(shape), .max_delay = 4};
    const auto continuous = compute(model, text, options);
    options.windowed = true;
    options.num_steps = 6;
    const auto windowed = compute(model, text, options);
    ASSERT_FALSE(windowed.blocks.empty());
    for (const auto& [place, block] : windowed.blocks) {
      ASSERT_EQ(block.values, continuous.blocks.at(place).values);
    }
    EXPECT_LT(windowed.blocks.size(), continuous.blocks.size());
  }
}

TEST(StateGradients, WantedStepsAreTheSameAlone) {
  const auto shape = shape_of(0, 1, 4, 5);
  const auto model = random_model(shape, 6);
  const auto text = random_text(shape, 50, 6);
  GradientOptions options{.max_delay = 3, .windowed = true, .num_steps = 10};
  const auto all = compute(model, text, options);
  options.time_steps = {7, 0, 4, 7};
  const auto some = compute(model, text, options);
  EXPECT_THAT(some.run.time_steps, testing::ElementsAre(0, 4, 7));
  EXPECT_EQ(some.blocks.size(), 4U * (1 + 3 + 3));
  for (const auto& [place, block] : some.blocks) {
    ASSERT_EQ(block.values, all.blocks.at(place).values);
  }
}

TEST(StateGradients, CuttingTheTextChangesNothing) {
  const auto shape = shape_of(0, 2, 5, 6);
  const auto model = random_model(shape, 7);
  const auto text = random_text(shape, 23, 7);
  for (const bool windowed : {false, true}) {
    const GradientOptions options{
        .states = all_states(shape), .max_delay = 6, .windowed = windowed, .num_steps = 5};
    const auto whole = compute(model, text, options);
    for (const int piece : {1, 2, 7}) {
      const GradientRun run = plan_state_gradients<double>(model, text, options);
      ThreadTeam team(2);
      KeepingSink sink;
      sink.begin(run);
      StateGradientEngine<double> engine(model, run, {}, team);
      while (engine.position() < engine.words()) engine.advance(piece, sink);
      EXPECT_EQ(sink.order, whole.order);
      EXPECT_EQ(sink.sums, whole.sums);
      for (const auto& [place, block] : whole.blocks) {
        ASSERT_EQ(block.values, sink.blocks.at(place).values);
      }
    }
  }
}

TEST(StateGradients, DelaysBeyondTheTextAreNoHarm) {
  const auto shape = shape_of(0, 1, 3, 4);
  const auto model = random_model(shape, 8);
  const auto text = random_text(shape, 5, 8);
  const auto sink = compute(model, text, {.max_delay = 2000000000});
  EXPECT_EQ(sink.blocks.size(), 5U * 6 / 2);
}

TEST(StateGradients, UnusedLayersAboveAreNotComputed) {
  const auto shape = shape_of(0, 3, 3, 4);
  auto model = random_model(shape, 9);
  Parameters<double> broken(shape);
  const auto from = named_tensors(model.parameters());
  const auto to = named_tensors(broken);
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
  }
  std::fill(broken.layers[2].weight_hh.begin(), broken.layers[2].weight_hh.end(),
            std::numeric_limits<double>::quiet_NaN());
  const LanguageModel<double> top_is_broken(model.vocabulary(), std::move(broken));
  const auto text = random_text(shape, 6, 9);
  const GradientOptions below{.states = {{StateKind::kHidden, 1}}, .max_delay = 3};
  EXPECT_EQ(compute(top_is_broken, text, below).sums, compute(model, text, below).sums);
  EXPECT_THROW(compute(top_is_broken, text, {.max_delay = 3}), NumericalError);
}

/// Wants some blocks, throws at one, or asks to stop.
class OddSink : public KeepingSink {
 public:
  double* accumulator(const BlockKey& key) override {
    return key.delay % 2 == 0 ? KeepingSink::accumulator(key) : nullptr;
  }
  bool wants(const BlockKey& key) const override { return key.delay == wanted_delay; }
  void push(const GradientBlock& block) override {
    if (block.key.position == throws_at) throw DataError("out.npy", "", "the disk is full");
    KeepingSink::push(block);
    if (block.key.position == stops_at) stop = true;
  }
  int wanted_delay = 1;
  std::int64_t throws_at = -1;
  std::int64_t stops_at = -1;
  std::atomic<bool> stop = false;
};

class WithModel : public testing::Test {
 protected:
  void run(OddSink& sink) {
    ThreadTeam team(2);
    options.stop = &sink.stop;
    compute_state_gradients(model, text, options, sink, team);
  }
  Architecture shape = shape_of(0, 1, 4, 5);
  LanguageModel<double> model = random_model(shape, 10);
  std::vector<WordId> text = random_text(shape, 20, 10);
  GradientOptions options{.max_delay = 4};
};

TEST_F(WithModel, OnlyWantedBlocksArePushedAndOnlyAskedSumsAreMade) {
  OddSink sink;
  run(sink);
  const auto all = compute(model, text, options);
  EXPECT_EQ(sink.blocks.size(), 19U);
  EXPECT_TRUE(sink.finished);
  EXPECT_EQ(sink.ended.size(), 20U);
  for (std::size_t d = 0; d < 4; ++d) {
    if (d % 2 == 0) {
      EXPECT_EQ(sink.sums[0][d], all.sums[0][d]);
    } else {
      EXPECT_EQ(largest(sink.sums[0][d]), 0);
    }
  }
}

TEST_F(WithModel, AnErrorOfTheSinkReachesTheCaller) {
  OddSink sink;
  sink.throws_at = 7;
  EXPECT_THROW(run(sink), DataError);
  EXPECT_FALSE(sink.finished);
  EXPECT_EQ(sink.ended.back(), 6);
}

TEST_F(WithModel, StopEndsThePassAfterTheWord) {
  OddSink sink;
  sink.stops_at = 5;
  try {
    run(sink);
    FAIL() << "no error";
  } catch (const Interrupted& e) {
    EXPECT_STREQ(e.what(), "interrupted after 6 of 20 words");
  }
  EXPECT_EQ(sink.ended.back(), 5);
  EXPECT_FALSE(sink.finished);
}

TEST_F(WithModel, ProgressIsReportedForEveryWord) {
  std::vector<std::int64_t> seen;
  options.on_progress = [&](std::int64_t words) { seen.push_back(words); };
  OddSink sink;
  run(sink);
  ASSERT_EQ(seen.size(), 20U);
  EXPECT_EQ(seen.front(), 1);
  EXPECT_EQ(seen.back(), 20);
}

TEST_F(WithModel, WeightsThatAreNoNumbersAreFoundAtTheWordThatUsesThem) {
  Parameters<double> broken(shape);
  const auto from = named_tensors(model.parameters());
  const auto to = named_tensors(broken);
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
  }
  text = {0, 1, 2, 3, 0};
  broken.embedding[3 * 4 + 1] = std::numeric_limits<double>::quiet_NaN();
  model = LanguageModel<double>(model.vocabulary(), std::move(broken));
  OddSink sink;
  try {
    run(sink);
    FAIL() << "no error";
  } catch (const NumericalError& e) {
    EXPECT_THAT(e.what(), testing::AllOf(testing::HasSubstr("cell state of layer 0"),
                                         testing::HasSubstr("position 3 ('w3')"),
                                         testing::HasSubstr("not finite")));
  }
  EXPECT_EQ(sink.ended.back(), 2);
}

TEST_F(WithModel, MemoryThatCannotBeHadIsNamedBeforeTheSinkBegins) {
  options.basis.assign(std::size_t{4} << 20, 0.5);
  options.max_delay = 2000000000;
  text.assign(2000000, 1);
  OddSink sink;
  try {
    run(sink);
    FAIL() << "no error";
  } catch (const ResourceError& e) {
    EXPECT_THAT(e.what(), testing::AllOf(testing::HasSubstr("D"), testing::HasSubstr("2000000"),
                                         testing::HasSubstr("R"), testing::HasSubstr("1048576"),
                                         testing::HasSubstr("H")));
  }
  EXPECT_EQ(sink.run.vocabulary, nullptr);
}

TEST(Engine, AnySourcesAloneGiveTheirBlocksOfTheWholePass) {
  for (std::uint64_t seed = 100; seed < 160; ++seed) {
    Trial trial(seed);
    const LanguageModel<double> model = random_model(trial.shape, seed);
    const KeepingSink whole = compute(model, trial.text, trial.options);
    const std::int64_t words = trial.options.windowed ? whole.run.num_windows * whole.run.num_steps
                                                      : std::ssize(trial.text);
    for (std::int64_t source = 0; source < words; ++source) {
      if (trial.pick(0, 2) == 0) trial.options.sources.push_back(source);
    }
    if (trial.options.sources.empty()) trial.options.sources.push_back(words - 1);
    const KeepingSink some = compute(model, trial.text, trial.options, trial.threads);
    expect_complete(some);
    std::size_t expected = 0;
    for (const auto& [place, block] : whole.blocks) {
      const std::int64_t source = block.key.position - block.key.delay;
      if (!std::binary_search(trial.options.sources.begin(), trial.options.sources.end(), source)) {
        continue;
      }
      ++expected;
      ASSERT_TRUE(some.blocks.contains(place)) << "seed " << seed;
      const StoredBlock& found = some.blocks.at(place);
      const double scale = std::max(largest(block.values), 1e-12);
      for (std::size_t i = 0; i < block.values.size(); ++i) {
        ASSERT_NEAR(found.values[i], block.values[i], 1e-13 * scale) << "seed " << seed;
      }
    }
    EXPECT_EQ(some.blocks.size(), expected);
  }
}

TEST(Engine, CostIsThatOfTheSources) {
  // Counted in blocks that are computed: the engine asks for an accumulator before each.
  class Counting : public KeepingSink {
   public:
    double* accumulator(const BlockKey& key) override {
      ++asked;
      return KeepingSink::accumulator(key);
    }
    int asked = 0;
  };
  const Architecture shape = shape_of(0, 1, 3, 4);
  GradientOptions options{.max_delay = 5};
  options.sources = {2, 40, 41, 88};
  Counting sink;
  ThreadTeam team(2);
  compute_state_gradients(random_model(shape, 1),
                          std::span<const WordId>(random_text(shape, 100, 1)), options, sink, team);
  EXPECT_EQ(sink.asked, 4 * 5);
  EXPECT_EQ(sink.ended.size(), 5U + 6 + 5);
}

}  // namespace
}  // namespace stategrad::gradient

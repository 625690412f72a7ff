// SPDX-License-Identifier: MIT
#include "gradient/gradient_checker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "gradient/gradient_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

using testing::HasSubstr;

constexpr int kDelays = 4;
/// kDelays * (stretches + 1) words: the stretches start at 4, 8 and 12.
constexpr int kWords = 16;

Architecture shape_of(CellKind cell, bool reset_after = false, int layers = 2) {
  return {.cell = cell,
          .reset_after = reset_after,
          .num_layers = layers,
          .vocab_size = 9,
          .embedding_size = 3,
          .size = 5};
}

/// Changes, or drops by returning false, a block on its way to a sink; values are [R, H].
using Change = std::function<bool(const BlockKey&, std::vector<double>&)>;

class ChangingSink : public GradientSink {
 public:
  ChangingSink(GradientSink& target, const Change& change) : target_(target), change_(change) {}

  void begin(const GradientRun& run) override { target_.begin(run); }
  bool wants(const BlockKey& key) const override { return target_.wants(key); }
  void push(const GradientBlock& block) override {
    const auto* from = std::get<const double*>(block.values);
    std::vector<double> values(from, from + block.rows * block.size);
    if (!change_(block.key, values)) return;
    GradientBlock changed = block;
    changed.values = values.data();
    target_.push(changed);
  }
  void finish() override { target_.finish(); }

 private:
  GradientSink& target_;
  const Change& change_;
};

/// The forward recursion with something wrong in it.
ForwardPass changed_pass(const Change& change) {
  return [change](const LanguageModel<double>& model, std::span<const WordId> text,
                  const GradientOptions& options, GradientSink& sink, ThreadTeam& team) {
    ChangingSink changing(sink, change);
    compute_state_gradients(model, text, options, changing, team);
  };
}

/// Adds a share of the block's largest entry to one entry of one block.
Change spoil(std::int64_t position, int delay, double share, int state_index = 0) {
  return [=](const BlockKey& key, std::vector<double>& values) {
    if (key.position == position && key.delay == delay && key.state_index == state_index) {
      values[7] += share * largest(values);
    }
    return true;
  };
}

class Checker : public testing::Test {
 protected:
  CheckReport check(const Change& change) {
    return check_forward_pass(changed_pass(change), model, text, options, team);
  }
  CheckReport check() { return check_gradients(model, text, options, team); }

  /// The rows that did not pass, as "state layer delay".
  static std::vector<std::string> failures(const CheckReport& report) {
    std::vector<std::string> found;
    for (const CheckRow& row : report.rows) {
      if (row.passed) continue;
      found.push_back(
          fmt::format("{} {} {}", to_string(row.state.state), row.state.layer, row.delay));
    }
    EXPECT_EQ(report.passed, found.empty());
    return found;
  }

  ThreadTeam team{1};
  Architecture shape = shape_of(CellKind::kLstm);
  LanguageModel<double> model = random_model(shape, 2);
  std::vector<WordId> text = random_text(shape, kWords, 2);
  CheckOptions options{.max_delay = kDelays};
};

TEST_F(Checker, AcceptsTheForwardRecursionOfEveryCell) {
  for (const Architecture& each :
       {shape_of(CellKind::kLstm), shape_of(CellKind::kGru), shape_of(CellKind::kGru, true),
        shape_of(CellKind::kRnn), shape_of(CellKind::kLstm, false, 3)}) {
    SCOPED_TRACE(to_string(each.cell));
    model = random_model(each, 3);
    const std::size_t states =
        static_cast<std::size_t>(each.num_layers) * (each.cell == CellKind::kLstm ? 2 : 1);
    const CheckReport report = check();
    EXPECT_TRUE(report.passed);
    ASSERT_EQ(report.rows.size(), states * kDelays);
    EXPECT_EQ(report.blocks, static_cast<std::int64_t>(states) * kDelays * 3 * 2);
    for (const CheckRow& row : report.rows) {
      EXPECT_TRUE(row.passed);
      EXPECT_GT(row.largest, 0);
      EXPECT_LE(row.adjoint_difference, 1e-9);
      EXPECT_LE(row.finite_difference, 1e-6);
    }
    ThreadTeam two(2);
    EXPECT_TRUE(check_gradients(model.as<float>(), text, options, two).passed);
  }
}

TEST_F(Checker, RowsAreByStateThenDelay) {
  options.states = {{StateKind::kHidden, 1}, {StateKind::kCell, 0}};
  options.max_delay = 2;
  const CheckReport report = check();
  ASSERT_EQ(report.rows.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(report.rows[i].state, options.states[i / 2]);
    EXPECT_EQ(report.rows[i].delay, static_cast<int>(i % 2));
  }
}

TEST_F(Checker, ChecksAlongAnyBasis) {
  const std::vector<double> few = {0.5, -2, 1, 0, 3, 0.25};
  std::vector<double> many(3 * 70);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = std::sin(static_cast<double>(i * i));
  for (const auto& basis : {few, many}) {
    options.basis = basis;
    EXPECT_THAT(failures(check()), testing::IsEmpty());
    const CheckReport wrong = check(spoil(15, 2, 1e-5));
    EXPECT_THAT(failures(wrong), testing::ElementsAre("cell 0 2"));
  }
}

TEST_F(Checker, FindsAWrongEntryAtTheEndOfAStretchByTheAdjointPass) {
  for (const std::int64_t end : {7, 11, 15}) {
    const CheckReport report = check(spoil(end, 1, 1.1e-9, 2));
    EXPECT_THAT(failures(report), testing::ElementsAre("cell 1 1"));
    const CheckRow& row = report.rows[2 * kDelays + 1];
    EXPECT_NEAR(row.adjoint_difference, 1.1e-9, 1e-12);
    EXPECT_LE(row.finite_difference, 1e-6);
    EXPECT_TRUE(check(spoil(end, 1, 0.9e-9, 2)).passed);
  }
}

TEST_F(Checker, FindsAWrongEntryByFiniteDifferences) {
  for (const std::int64_t start : {4, 8, 12}) {
    const CheckReport report = check(spoil(start + 2, 2, 1.2e-6));
    EXPECT_THAT(failures(report), testing::ElementsAre("cell 0 2"));
    EXPECT_NEAR(report.rows[2].finite_difference, 1.2e-6, 1e-7);
    EXPECT_LE(report.rows[2].adjoint_difference, 1e-9);
    EXPECT_TRUE(check(spoil(start + 2, 2, 0.8e-6)).passed);
  }
}

TEST_F(Checker, FindsARecursionOfAnotherCell) {
  model = random_model(shape_of(CellKind::kGru, true), 4);
  const ForwardPass reset_before = [](const LanguageModel<double>& of,
                                      std::span<const WordId> words, const GradientOptions& wanted,
                                      GradientSink& sink, ThreadTeam& workers) {
    Architecture other = of.architecture();
    other.reset_after = false;
    Parameters<double> parameters(other);
    const auto from = named_tensors(of.parameters());
    const auto to = named_tensors(parameters);
    for (std::size_t i = 0; i < from.size(); ++i) {
      std::copy(from[i].values.begin(), from[i].values.end(), to[i].values.begin());
    }
    const LanguageModel<double> wrong(of.vocabulary(), std::move(parameters));
    compute_state_gradients(wrong, words, wanted, sink, workers);
  };
  const CheckReport report = check_forward_pass(reset_before, model, text, options, team);
  EXPECT_EQ(failures(report).size(), report.rows.size());
}

TEST_F(Checker, AcceptsNothingThatIsNoNumber) {
  for (const double odd :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    for (const int delay : {0, 3}) {
      EXPECT_THAT(failures(check(spoil(15, delay, odd))),
                  testing::ElementsAre(fmt::format("cell 0 {}", delay)));
    }
  }
}

TEST_F(Checker, ZerosInPlaceOfGradientsAreFound) {
  const auto zero = [](const BlockKey& key, std::vector<double>& values) {
    if (key.delay == 3) std::fill(values.begin(), values.end(), 0);
    return true;
  };
  EXPECT_THAT(failures(check(zero)),
              testing::ElementsAre("cell 0 3", "hidden 0 3", "cell 1 3", "hidden 1 3"));
}

TEST_F(Checker, NeitherOtherWayIsExact) {
  options.adjoint_tolerance = 0;
  EXPECT_FALSE(check().passed);
  options.adjoint_tolerance = 1e-9;
  EXPECT_TRUE(check().passed);
  options.difference_tolerance = 0;
  options.step = 1e-3;
  EXPECT_FALSE(check().passed);
}

TEST_F(Checker, ABlockThatIsLeftOutIsABug) {
  const auto drop = [](const BlockKey& key, std::vector<double>&) {
    return !(key.position == 11 && key.delay == 1);
  };
  try {
    check(drop);
    FAIL() << "no error";
  } catch (const InternalError& e) {
    EXPECT_THAT(e.what(), HasSubstr("position 11, delay 1"));
  }
}

TEST_F(Checker, ATextOfOneStretchIsCheckedOnce) {
  text.resize(kDelays);
  options.states = {{StateKind::kCell, 0}};
  const CheckReport report = check();
  EXPECT_TRUE(report.passed);
  EXPECT_EQ(report.blocks, 2 * kDelays);
}

TEST_F(Checker, ReportsStretchesAndStopsBetweenThem) {
  std::atomic<bool> stop = false;
  std::vector<std::int64_t> seen;
  options.stop = &stop;
  options.on_progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_EQ(total, 3);
    seen.push_back(done);
    stop = done == 2;
  };
  EXPECT_THROW(check(), Interrupted);
  EXPECT_THAT(seen, testing::ElementsAre(1, 2));
}

TEST_F(Checker, CriterionHasItsNumbers) {
  options.step = 1e-4;
  EXPECT_THAT(check().criterion, testing::AllOf(HasSubstr("max|F - A| <= 1e-09 max|F| + 1e-200"),
                                                HasSubstr("max|F - N| <= 1e-06 max|F| + 1e-11"),
                                                HasSubstr("step 0.0001")));
}

TEST_F(Checker, NamesEveryOptionThatMakesNoSense) {
  const auto message = [&]() -> std::string {
    try {
      check();
    } catch (const UsageError& e) {
      return e.what();
    }
    return "no error";
  };
  options.stretches = 0;
  options.step = 0;
  options.max_delay = kWords + 1;
  EXPECT_THAT(message(), testing::AllOf(HasSubstr("stretches is 0"), HasSubstr("step is 0"),
                                        HasSubstr("the text has 16 words: max_delay 17")));
  options = {.states = {{StateKind::kCell, 2}}, .max_delay = 0};
  EXPECT_THAT(message(), testing::AllOf(HasSubstr("layer is 2"), HasSubstr("max_delay is 0")));
  options = {.step = std::numeric_limits<double>::infinity()};
  EXPECT_THAT(message(), HasSubstr("step is inf"));
}

}  // namespace
}  // namespace stategrad::gradient

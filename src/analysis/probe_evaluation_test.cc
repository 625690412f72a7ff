// SPDX-License-Identifier: MIT
#include "analysis/probe_evaluation.h"

#include <gmock/gmock.h>

#include <numeric>

#include "analysis/analysis_test_util.h"
#include "stategrad/errors.h"

namespace stategrad::analysis {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr int kSize = 4;

/// Vectors of three classes in ten blocks; `shift` moves each class along its axis.
ProbeData clouds(int count, double shift) {
  ProbeData data{.vectors = {kSize, random_matrix(count, kSize, 3).values, {}},
                 .control = {},
                 .part = {},
                 .classes = 3};
  RandomStream random(5);
  for (int i = 0; i < count; ++i) {
    const int label = static_cast<int>(random.below(6));
    data.vectors.y.push_back(label < 3 ? 0 : label < 5 ? 1 : 2);
    data.control.push_back(static_cast<int>(random.below(3)));
    data.part.push_back(i * 10 / count);
    data.vectors.x[static_cast<std::size_t>(i * kSize + data.vectors.y.back())] += shift;
  }
  return data;
}

TEST(EvaluateProbe, FindsClassesThatArePlanted) {
  ThreadTeam team(2);
  const ProbeData data = clouds(600, 6);
  const ProbeEvaluation found = evaluate_probe(team, data, {.on_fit = {}});
  EXPECT_EQ(found.count, 600);
  EXPECT_GT(found.accuracy.value, 0.98);
  EXPECT_LT(found.accuracy.error, 0.01);
  EXPECT_NEAR(found.majority, 0.5, 0.07);
  EXPECT_GT(accuracy(found.probe, data.vectors), 0.99);
}

TEST(EvaluateProbe, IsAtChanceWhereThereIsNothing) {
  ThreadTeam team(1);
  const ProbeEvaluation found = evaluate_probe(team, clouds(900, 0), {.on_fit = {}});
  EXPECT_NEAR(found.accuracy.value, found.majority, 0.05);
  EXPECT_NEAR(found.control.value, 1. / 3, 4 * found.control.error);
  EXPECT_NEAR(found.selectivity.value, found.accuracy.value - found.control.value, 1e-12);
  EXPECT_GT(found.accuracy.error, 0.003);
  EXPECT_LT(found.accuracy.error, 0.04);
}

TEST(EvaluateProbe, ConfusionCountsEveryVectorOnce) {
  ThreadTeam team(1);
  const ProbeData data = clouds(300, 1);
  const ProbeEvaluation found = evaluate_probe(team, data, {.on_fit = {}});
  double right = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const auto& row = found.confusion[k];
    EXPECT_EQ(std::accumulate(row.begin(), row.end(), std::int64_t{0}),
              std::count(data.vectors.y.begin(), data.vectors.y.end(), static_cast<int>(k)));
    right += static_cast<double>(row[k]);
  }
  EXPECT_NEAR(found.accuracy.value, right / 300, 1e-12);
}

TEST(EvaluateProbe, DoesNotDependOnTheThreadsAndReportsEveryFit) {
  const ProbeData data = clouds(200, 1);
  std::int64_t fits = 0;
  const ProbeEvaluationOptions options{.loss_weights = {0.1, 1}, .on_fit = [&] { ++fits; }};
  ThreadTeam one(1);
  const ProbeEvaluation first = evaluate_probe(one, data, options);
  EXPECT_EQ(fits, count_fits(options));
  ThreadTeam three(3);
  const ProbeEvaluation second = evaluate_probe(three, data, options);
  EXPECT_EQ(first.accuracy.value, second.accuracy.value);
  EXPECT_EQ(first.control.error, second.control.error);
  EXPECT_EQ(first.confusion, second.confusion);
  EXPECT_EQ(first.probe.weights, second.probe.weights);
}

TEST(EvaluateProbe, TestsNothingThatWasSeen) {
  // Every vector says its own label by heart in dimensions of its own: what was seen is known, what
  // was not is guessed.
  constexpr int kCount = 100;
  ProbeData data{.vectors = {kCount, {}, {}}, .control = {}, .part = {}, .classes = 2};
  data.vectors.x.resize(std::size_t{kCount} * kCount);
  RandomStream random(8);
  for (int i = 0; i < kCount; ++i) {
    data.vectors.x[static_cast<std::size_t>(i * kCount + i)] = 10;
    data.vectors.y.push_back(static_cast<int>(random.below(2)));
    data.control.push_back(static_cast<int>(random.below(2)));
    data.part.push_back(i % 10);
  }
  ThreadTeam team(1);
  const ProbeEvaluation found = evaluate_probe(team, data, {.on_fit = {}});
  EXPECT_LT(found.accuracy.value, 0.65);
  EXPECT_LT(found.control.value, 0.65);
}

TEST(EvaluateProbe, DoesNotDependOnUnitAndOrigin) {
  ThreadTeam team(1);
  ProbeData data = clouds(300, 1);
  const ProbeEvaluation found = evaluate_probe(team, data, {.on_fit = {}});
  for (double& x : data.vectors.x) x = 0.001 * x + 5;
  const ProbeEvaluation moved = evaluate_probe(team, data, {.on_fit = {}});
  EXPECT_EQ(found.confusion, moved.confusion);
  EXPECT_NEAR(moved.loss_weight / found.loss_weight, 1e6, 1);
  for (std::size_t i = 0; i < found.probe.weights.size(); ++i) {
    EXPECT_NEAR(0.001 * moved.probe.weights[i], found.probe.weights[i], 1e-5);
  }
  EXPECT_EQ(accuracy(moved.probe, data.vectors), accuracy(found.probe, clouds(300, 1).vectors));
}

TEST(EvaluateProbe, StopsByAnException) {
  const ProbeEvaluationOptions options{.on_fit = [] { throw Interrupted("stopped"); }};
  ThreadTeam team(2);
  EXPECT_THROW((void)evaluate_probe(team, clouds(100, 1), options), Interrupted);
}

TEST(EvaluateProbe, WhatCannotBeProbedIsSaid) {
  ThreadTeam team(1);
  const auto fails = [&](const ProbeData& data, const char* message) {
    EXPECT_THAT([&] { (void)evaluate_probe(team, data, {.on_fit = {}}); },
                ThrowsMessage<UsageError>(HasSubstr(message)));
  };
  ProbeData data = clouds(100, 1);
  data.vectors.y.assign(100, 2);
  fails(data, "1 of two classes");
  data = clouds(100, 1);
  data.part.assign(100, 3);
  fails(data, "in 1 of the 5 parts");
  data.blocks = 4;
  fails(data, "4 blocks: a probe needs 5");
}

class ProbeOracle : public FolderTest {};

TEST_F(ProbeOracle, AccuracyAndWeightsAreThoseOfScikitLearn) {
  const ProbeData data = clouds(400, 1.5);
  ThreadTeam team(1);
  const ProbeEvaluation found = evaluate_probe(team, data, {.on_fit = {}});
  write_matrix(folder_ / "x.npy", {400, kSize, data.vectors.x});
  write_matrix(folder_ / "y.npy", {1, 400, {data.vectors.y.begin(), data.vectors.y.end()}});
  write_matrix(folder_ / "w.npy", {3, kSize, found.probe.weights});
  write_matrix(folder_ / "ours.npy",
               {1, 3, {found.accuracy.value, found.accuracy.error, found.loss_weight}});
  const std::string said = python(R"(
try:
    from sklearn.linear_model import LogisticRegression
except ImportError:
    print('skip')
    raise SystemExit
x, y, w = load('x.npy'), load('y.npy')[0], load('w.npy')
accuracy, error, C = load('ours.npy')[0]
fold = numpy.arange(400) * 10 // 400 * 5 // 10
grid = numpy.array((0.01, 0.1, 1, 10, 100)) / x.var(axis=0).mean()
def fit(C, chosen):
    return LogisticRegression(C=C, tol=1e-10, max_iter=10000).fit(x[chosen], y[chosen])
right, scores = numpy.zeros(400), numpy.zeros(5)
for f in range(5):
    chooser = (f + 1) % 5
    here = [fit(C, (fold != f) & (fold != chooser)).score(x[fold == chooser], y[fold == chooser])
            for C in grid]
    scores += here
    best = grid[int(numpy.argmax(here))]
    right[fold == f] = fit(best, fold != f).predict(x[fold == f]) == y[fold == f]
assert abs(C / grid[int(numpy.argmax(scores))] - 1) < 1e-9, (C, scores)
assert abs(right.mean() - accuracy) < 0.006, (right.mean(), accuracy)
blocks = right.reshape(10, 40).mean(axis=1)
expected = numpy.sqrt(((blocks - blocks.mean()) ** 2).sum() / 9 / 10)
assert abs(expected - error) < 0.1 * expected, (expected, error)
full = fit(C, fold >= 0).coef_
numpy.testing.assert_allclose(w - w.mean(axis=0), full - full.mean(axis=0), atol=1e-4)
)");
  if (said == "skip\n") GTEST_SKIP() << "/usr/bin/python3 has no sklearn";
  EXPECT_EQ(said, "");
}

}  // namespace
}  // namespace stategrad::analysis

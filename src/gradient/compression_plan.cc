// SPDX-License-Identifier: MIT
#include "gradient/compression_plan.h"

#include <algorithm>

namespace stategrad::gradient {
namespace {

constexpr int kFirstDelay = 6;  // before it trained models have nothing to drop
/// A compression that pays back in fewer steps than these is not worth while.
constexpr int kLeastSteps = 4;
/// After so many vain compressions at a delay in a row only one of the next sixteen sources is
/// tried: the gradients of some models never fit in fewer rows.
constexpr std::int64_t kPatience = 12;
constexpr std::int64_t kPause = 16;
/// Of a compression, in units of r² / H.
constexpr double kCompression = 1;
/// How much slower the small products of the sums are than the recursion.
constexpr double kSums = 1.4;

/// Floating-point operations of a row over a word.
double row_operations(const Architecture& shape, int layers) {
  const double size = shape.size;
  return (shape.cell == CellKind::kLstm ? 4 : 2) * (2 * layers - 1) * size * size;
}

int layers_of(const GradientRun& run) {
  int highest = 0;
  for (const StateOfLayer& state : run.states) highest = std::max(highest, state.layer);
  return highest + 1;
}

}  // namespace

std::vector<int> compression_delays(int max_delay) {
  std::vector<int> delays;
  for (std::int64_t delay = kFirstDelay; delay + kLeastSteps <= max_delay;
       delay = std::max(delay + 2, delay * 6 / 5)) {
    delays.push_back(static_cast<int>(delay));
  }
  return delays;
}

CompressionPlan::CompressionPlan(const GradientRun& run, int slots)
    : rows_(run.rows),
      size_(run.architecture.size),
      sum_cost_(kSums * 2.0 * run.rows * run.architecture.size *
                static_cast<double>(run.states.size()) /
                row_operations(run.architecture, layers_of(run))) {
  for (const int delay : compression_delays(slots)) stages_.push_back({.delay = delay});
}

int CompressionPlan::most_rows(int rank, std::int64_t steps) const {
  const double now = rank < rows_ ? rank * (1 + sum_cost_) : rank;
  const double cost = kCompression * rank * rank / size_;
  const double then = (now - cost / static_cast<double>(steps)) / (1 + sum_cost_);
  return std::min(static_cast<int>(std::max(then, 0.0)),
                  static_cast<int>(std::int64_t{rank} * 9 / 10));
}

void CompressionPlan::choose(std::span<const Source> sources, const Schedule& schedule,
                             std::int64_t position, std::vector<Choice>& out) {
  out.clear();
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    Stage& stage = stages_[i];
    const auto found =
        std::lower_bound(sources.begin(), sources.end(), stage.delay,
                         [](const Source& source, int delay) { return source.delay < delay; });
    if (found == sources.end() || found->delay != stage.delay) continue;
    const std::int64_t left = schedule.steps_left(position, stage.delay) + 1;
    if (left < kLeastSteps) continue;
    const std::int64_t steps =
        i + 1 == stages_.size() ? left
                                : std::min<std::int64_t>(left, stages_[i + 1].delay - stage.delay);
    const int most = most_rows(found->rank, steps);
    if (most < 1) continue;
    if (stage.refusals >= kPatience && ++stage.passed_over % kPause != 0) continue;
    out.push_back(
        {.stage = i, .source = static_cast<std::size_t>(found - sources.begin()), .most = most});
  }
}

void CompressionPlan::report(const Choice& choice, bool compressed) {
  Stage& stage = stages_[choice.stage];
  stage.refusals = compressed ? 0 : stage.refusals + 1;
}

}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
#include "stategrad/state_gradients.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "gradient/engine.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

/// What the engine of a part of the directions has for a sink: it shifts the rows to their place.
class PartSink : public GradientSink {
 public:
  PartSink(GradientSink& whole, int first_row, int size)
      : whole_(whole), first_row_(first_row), size_(size) {}

  void begin(const GradientRun& /*run*/) override {}
  [[nodiscard]] double* accumulator(const BlockKey& key) override {
    double* sum = whole_.accumulator(key);
    return sum == nullptr ? nullptr : sum + std::ptrdiff_t{first_row_} * size_;
  }
  [[nodiscard]] bool wants(const BlockKey& key) const override { return whole_.wants(key); }
  [[nodiscard]] bool reads_values(const BlockKey& key) const override {
    return whole_.reads_values(key);
  }
  void push(const GradientBlock& block) override {
    GradientBlock part = block;
    part.first_row = first_row_;
    whole_.push(part);
  }
  void end_position(std::int64_t position) override { whole_.end_position(position); }
  void finish() override {}

 private:
  GradientSink& whole_;
  int first_row_;
  int size_;
};

/// The directions first..first+rows-1 of a basis [R, E]; empty: of the identity.
std::vector<double> part_of(const std::vector<double>& basis, int first, int rows, int width) {
  const auto wide = static_cast<std::size_t>(width);
  std::vector<double> part(static_cast<std::size_t>(rows) * wide);
  for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
    const std::size_t row = static_cast<std::size_t>(first) + r;
    if (basis.empty()) {
      part[r * wide + row] = 1;
    } else {
      std::copy_n(basis.data() + row * wide, wide, part.data() + r * wide);
    }
  }
  return part;
}

/// Reads the text once for each part of the directions.
template <class Real>
void compute_in_parts(const LanguageModel<Real>& model, const GradientRun& run,
                      const GradientOptions& options, GradientSink& sink, ThreadTeam& team) {
  const int rows = options.rows_at_once;
  const int readings = (run.rows + rows - 1) / rows;
  for (int reading = 0; reading < readings; ++reading) {
    GradientRun part = run;
    const int first = reading * rows;
    part.rows = std::min(rows, run.rows - first);
    gradient::StateGradientEngine<Real> engine(
        model, part, part_of(options.basis, first, part.rows, run.architecture.embedding_size),
        team);
    if (reading == 0) sink.begin(run);
    PartSink shifted(sink, first, run.architecture.size);
    const std::int64_t words = engine.words();
    std::function<void(std::int64_t)> on_progress;
    if (options.on_progress) {
      on_progress = [&](std::int64_t done) {
        options.on_progress((reading * words + done) / readings);
      };
    }
    engine.advance(words, shifted, options.stop, on_progress);
  }
  sink.finish();
}

}  // namespace

template <class Real>
void compute_state_gradients(const LanguageModel<Real>& model, std::span<const WordId> text,
                             const GradientOptions& options, GradientSink& sink, ThreadTeam& team) {
  const GradientRun run = plan_state_gradients(model, text, options);
  if (options.rows_at_once < 0) {
    throw UsageError(
        fmt::format("rows_at_once is {}: give at least 1, or 0 for all", options.rows_at_once));
  }
  if (options.rows_at_once > 0 && options.rows_at_once < run.rows) {
    if (!sink.takes_parts()) {
      throw UsageError(
          fmt::format("rows_at_once is {}: this sink takes only whole state gradients, of {} rows",
                      options.rows_at_once, run.rows));
    }
    compute_in_parts(model, run, options, sink, team);
    return;
  }
  {  // What the engine holds is given back before the sink finishes, which may want as much.
    gradient::StateGradientEngine<Real> engine(model, run, options.basis, team);
    sink.begin(run);
    engine.advance(engine.words(), sink, options.stop, options.on_progress);
  }
  sink.finish();
}

template void compute_state_gradients(const LanguageModel<float>&, std::span<const WordId>,
                                      const GradientOptions&, GradientSink&, ThreadTeam&);
template void compute_state_gradients(const LanguageModel<double>&, std::span<const WordId>,
                                      const GradientOptions&, GradientSink&, ThreadTeam&);

}  // namespace stategrad

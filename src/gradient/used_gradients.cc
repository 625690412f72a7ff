// SPDX-License-Identifier: MIT
#include "gradient/used_gradients.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "gradient/engine.h"
#include "gradient/prediction_gradients.h"
#include "gradient/schedule.h"
#include "kernels/gemm.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {
namespace {

/// Words whose softmax is computed at once, between pieces of the pass: the team is at work in
/// both.
constexpr std::int64_t kPiece = 128;

/// Hands state gradients on to a sink, those only that it asked for, and multiplies those of the
/// hidden state of the top layer by the gradients of the prediction.
template <class Real>
class UsingSink : public GradientSink {
 public:
  /// @param top index of the hidden state of the top layer
  UsingSink(const StoredAndUsed& out, const GradientRun& stored, int top,
            const PredictionGradients<Real>& predictions)
      : out_(out),
        stored_(stored),
        top_(top),
        predictions_(predictions),
        product_(static_cast<std::size_t>(stored.rows)),
        values_(static_cast<std::size_t>(stored.rows)) {}

  void begin(const GradientRun& /*run*/) override { out_.stored->begin(stored_); }
  [[nodiscard]] double* accumulator(const BlockKey& key) override {
    return is_stored(key) ? out_.stored->accumulator(key) : nullptr;
  }
  [[nodiscard]] bool wants(const BlockKey& key) const override {
    return is_used(key) || (is_stored(key) && out_.stored->wants(key));
  }
  [[nodiscard]] bool reads_values(const BlockKey& key) const override {
    return is_used(key) || out_.stored->reads_values(key);
  }
  void push(const GradientBlock& block) override {
    if (is_stored(block.key) && out_.stored->wants(block.key)) out_.stored->push(block);
    if (!is_used(block.key)) return;
    const auto gradient = predictions_.at(block.key.position);
    kernels::gemv<Real>(block.rows, block.size, 1, std::get<const Real*>(block.values), block.size,
                        gradient.data(), 0, product_.data());
    std::copy(product_.begin(), product_.end(), values_.begin());
    out_.used({.key = block.key, .values = values_});
  }
  void end_position(std::int64_t position) override { out_.stored->end_position(position); }
  void finish() override { out_.stored->finish(); }

 private:
  [[nodiscard]] bool is_stored(const BlockKey& key) const {
    return static_cast<std::size_t>(key.state_index) < stored_.states.size();
  }
  [[nodiscard]] bool is_used(const BlockKey& key) const {
    return key.state_index == top_ && !predictions_.at(key.position).empty();
  }

  const StoredAndUsed& out_;
  const GradientRun& stored_;
  int top_;
  const PredictionGradients<Real>& predictions_;
  std::vector<Real> product_;
  std::vector<double> values_;
};

StateOfLayer top_hidden(const Architecture& shape) {
  return {StateKind::kHidden, shape.num_layers - 1};
}

}  // namespace

std::vector<StateOfLayer> with_top_hidden(std::vector<StateOfLayer> states,
                                          const Architecture& shape) {
  const StateOfLayer top = top_hidden(shape);
  if (std::find(states.begin(), states.end(), top) == states.end()) states.push_back(top);
  return states;
}

template <class Real>
void compute_stored_and_used(const LanguageModel<Real>& model, const ReadWords& text,
                             const GradientOptions& options, const StoredAndUsed& out,
                             ThreadTeam& team) {
  if (options.rows_at_once != 0) {
    throw UsageError(
        fmt::format("rows_at_once is {}: used gradients need all directions at once, which is 0",
                    options.rows_at_once));
  }
  if (text.next && (*text.next < 0 || *text.next >= model.architecture().vocab_size)) {
    throw UsageError(
        fmt::format("the word after the text has the id {}: the vocabulary has 0 to {}", *text.next,
                    model.architecture().vocab_size - 1));
  }
  const GradientRun stored = plan_state_gradients(model, text.words, options);
  GradientRun run = stored;
  run.states = with_top_hidden(std::move(run.states), run.architecture);
  const auto found = std::find(run.states.begin(), run.states.end(), top_hidden(run.architecture));
  const auto index = static_cast<int>(found - run.states.begin());
  std::vector<WordId> words(text.words.begin(), text.words.end());
  if (text.next) words.push_back(*text.next);
  PredictionGradients<Real> predictions(model, words, team);
  UsingSink<Real> sink(out, stored, index, predictions);
  const Schedule schedule(run);
  std::vector<int> delays;
  const auto is_wanted = [&](std::int64_t position) {
    if (!schedule.wanted(position)) return false;
    schedule.needed_delays(position, delays);
    return !delays.empty();
  };
  {  // What the engine holds is given back before the sink finishes, which may want as much.
    StateGradientEngine<Real> engine(model, run, options.basis, team);
    sink.begin(run);
    while (engine.position() < engine.words()) {
      const std::int64_t piece = std::min(kPiece, engine.words() - engine.position());
      predictions.advance(piece, is_wanted);
      engine.advance(piece, sink, options.stop, options.on_progress);
    }
  }
  sink.finish();
}

template void compute_stored_and_used(const LanguageModel<float>&, const ReadWords&,
                                      const GradientOptions&, const StoredAndUsed&, ThreadTeam&);
template void compute_stored_and_used(const LanguageModel<double>&, const ReadWords&,
                                      const GradientOptions&, const StoredAndUsed&, ThreadTeam&);

}  // namespace stategrad::gradient

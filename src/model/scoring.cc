// SPDX-License-Identifier: MIT
#include "model/scoring.h"

#include <fmt/format.h>

#include <algorithm>

#include "kernels/softmax_cross_entropy.h"
#include "model/parameters.h"
#include "stategrad/errors.h"

namespace stategrad::model {
namespace {

void check_ids(std::span<const WordId> ids, std::int64_t vocab_size) {
  for (const WordId id : ids) {
    if (id < 0 || id >= vocab_size) {
      throw UsageError(fmt::format("word id {} is not in 0..{}", id, vocab_size - 1));
    }
  }
}

}  // namespace

template <class Real>
Scorer<Real>::Scorer(const LanguageModel<Real>& model, int streams, int steps, ThreadTeam& team)
    : model_(&model), team_(&team), streams_(streams), steps_(steps) {
  if (streams < 1 || steps < 1) {
    throw UsageError(
        fmt::format("a window of {} streams and {} steps cannot be scored: both must "
                    "be at least 1",
                    streams, steps));
  }
  const Architecture& shape = model.architecture();
  for (int l = 0; l < shape.num_layers; ++l) {
    activations_.emplace_back(shape.cell, steps, streams, shape.size);
  }
  input_ = Buffer<Real>(static_cast<std::size_t>(steps) * static_cast<std::size_t>(streams) *
                        static_cast<std::size_t>(shape.embedding_size));
}

template <class Real>
void Scorer<Real>::score(std::span<const WordId> inputs, std::span<const WordId> targets,
                         std::span<double> log_probabilities) {
  const auto streams = static_cast<std::size_t>(streams_);
  if (inputs.size() != targets.size() || inputs.size() != log_probabilities.size() ||
      inputs.size() % streams != 0 || inputs.size() > streams * static_cast<std::size_t>(steps_)) {
    throw UsageError(fmt::format(
        "{} inputs, {} targets and {} results do not make a window of {} streams and at most {} "
        "steps",
        inputs.size(), targets.size(), log_probabilities.size(), streams_, steps_));
  }
  if (inputs.empty()) return;
  const Architecture& shape = model_->architecture();
  check_ids(inputs, shape.vocab_size);
  check_ids(targets, shape.vocab_size);
  run_layers(inputs, static_cast<int>(inputs.size() / streams));

  const Parameters<Real>& parameters = model_->parameters();
  kernels::SoftmaxCrossEntropy<Real> softmax;
  softmax.rows = static_cast<std::int64_t>(inputs.size());
  softmax.vocab_size = shape.vocab_size;
  softmax.size = shape.size;
  softmax.hidden =
      activations_.back().hidden.data() + streams * static_cast<std::size_t>(shape.size);
  softmax.weight = parameters.output_weight.data();
  softmax.bias = parameters.output_bias.data();
  softmax.targets = targets.data();
  softmax.log_probabilities = log_probabilities.data();
  kernels::softmax_cross_entropy(softmax, scratch_, *team_);
  for (auto& activations : activations_) activations.carry_state();
}

template <class Real>
void Scorer<Real>::reset() {
  for (auto& activations : activations_) activations.reset_state();
}

/// Leaves the hidden states of every step in the activations of the layers.
template <class Real>
void Scorer<Real>::run_layers(std::span<const WordId> inputs, int steps) {
  const Architecture& shape = model_->architecture();
  const Parameters<Real>& parameters = model_->parameters();
  const auto width = static_cast<std::size_t>(shape.embedding_size);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::copy_n(parameters.embedding.data() + static_cast<std::size_t>(inputs[i]) * width, width,
                input_.data() + i * width);
  }
  const Real* input = input_.data();
  for (std::size_t l = 0; l < activations_.size(); ++l) {
    cells::SequenceActivations<Real>& layer = activations_[l];
    layer.steps = steps;
    cells::forward(shape.cell, shape.reset_after, parameters.layers[l], input, layer, *team_);
    input = layer.hidden.data() +
            static_cast<std::size_t>(streams_) * static_cast<std::size_t>(shape.size);
  }
}

template class Scorer<float>;
template class Scorer<double>;

}  // namespace stategrad::model

// SPDX-License-Identifier: MIT
#include "train/network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/random.h"
#include "kernels/elementwise.h"
#include "kernels/softmax_cross_entropy.h"
#include "stategrad/errors.h"
#include "train/sampled_softmax.h"

namespace stategrad::train {
namespace {

// Streams of random numbers of this room: mask of the embeddings, then one per layer.
constexpr std::uint64_t kDropoutStream = 0x64726f706f757400;

void check(const NetworkOptions& options) {
  if (options.streams < 1 || options.steps < 1) {
    throw UsageError(fmt::format("batch_size {} and num_steps {} must be at least 1",
                                 options.streams, options.steps));
  }
  if (!(options.keep > 0 && options.keep <= 1)) {
    throw UsageError(fmt::format("dropout is {}: the probability to keep a unit must be in (0, 1]",
                                 options.keep));
  }
}

template <class Real>
void zero(Buffer<Real>& buffer) {
  std::fill(buffer.begin(), buffer.end(), Real{0});
}

template <class Real>
void zero(cells::LayerWeights<Real>& gradient) {
  zero(gradient.weight_ih);
  zero(gradient.weight_hh);
  zero(gradient.bias_ih);
  zero(gradient.bias_hh);
}

}  // namespace

NetworkOptions network_options(const Config& config, std::uint64_t seed) {
  NetworkOptions options;
  options.streams = config.batch_size;
  options.steps = config.num_steps;
  options.keep = config.dropout;
  options.drop_embeddings = !config.no_emb_dropout;
  options.train_embeddings = !config.fixed_embeddings && config.pretrained_embeddings.empty();
  options.softmax = config.softmax;
  options.seed = seed;
  return options;
}

template <class Real>
TrainingNetwork<Real>::TrainingNetwork(Parameters<Real> parameters, const NetworkOptions& options,
                                       ThreadTeam& team)
    : options_(options), team_(&team), parameters_(std::move(parameters)) {
  check(options);
  const Architecture& shape = parameters_.architecture;
  gradients_ = Gradients<Real>(shape);
  gradients_.embedding_trained = options.train_embeddings;
  const std::int64_t count = rows();
  const bool drops = options.keep < 1;
  embedded_ = Buffer<Real>(count * shape.embedding_size);
  if (drops && options.drop_embeddings) embedding_mask_ = Buffer<Real>(embedded_.size());
  for (int layer = 0; layer < shape.num_layers; ++layer) {
    activations_.emplace_back(shape.cell, options.steps, options.streams, shape.size);
    dropped_.emplace_back(drops ? count * shape.size : 0);
    masks_.emplace_back(drops ? count * shape.size : 0);
  }
  const std::int64_t widest = std::max(shape.size, shape.embedding_size);
  upper_gradient_ = Buffer<Real>(count * widest);
  lower_gradient_ = Buffer<Real>(count * widest);
  log_probabilities_ = Buffer<double>(count);
  if (options.softmax == Softmax::kSampled) {
    gradients_.output_sparse = true;
    sampled_ = std::make_unique<SampledSoftmax<Real>>(shape, count, options.seed);
  }
}

template <class Real>
TrainingNetwork<Real>::~TrainingNetwork() = default;
template <class Real>
TrainingNetwork<Real>::TrainingNetwork(TrainingNetwork&&) noexcept = default;

template <class Real>
double TrainingNetwork<Real>::forward_backward(std::span<const WordId> inputs,
                                               std::span<const WordId> targets,
                                               std::uint64_t window) {
  const auto count = static_cast<std::size_t>(rows());
  if (inputs.size() != count || targets.size() != count) {
    throw InternalError(fmt::format("a window of {} inputs and {} targets instead of {}",
                                    inputs.size(), targets.size(), count));
  }
  run_forward(inputs, window);
  const double loss = run_softmax(targets, window);
  run_backward(inputs);
  for (auto& activations : activations_) activations.carry_state();
  return loss;
}

template <class Real>
const Real* TrainingNetwork<Real>::layer_output(int layer) const {
  if (options_.keep < 1) return dropped_[layer].data();
  const auto& activations = activations_[layer];
  return activations.hidden.data() + std::int64_t{options_.streams} * activations.size;
}

template <class Real>
const Real* TrainingNetwork<Real>::layer_input(int layer) const {
  return layer == 0 ? embedded_.data() : layer_output(layer - 1);
}

template <class Real>
void TrainingNetwork<Real>::run_forward(std::span<const WordId> inputs, std::uint64_t window) {
  const Architecture& shape = parameters_.architecture;
  const auto keep = static_cast<Real>(options_.keep);
  const auto key = [&](int place) {
    return RandomStream(options_.seed, kDropoutStream + static_cast<std::uint64_t>(place))
        .at(window);
  };
  gather_embeddings(inputs);
  if (!embedding_mask_.empty()) {
    kernels::dropout<Real>(key(0), rows() * shape.embedding_size, keep, embedded_.data(),
                           embedded_.data(), embedding_mask_.data(), *team_);
  }
  for (int layer = 0; layer < shape.num_layers; ++layer) {
    auto& activations = activations_[layer];
    cells::forward(shape.cell, shape.reset_after, parameters_.layers[layer], layer_input(layer),
                   activations, *team_);
    if (options_.keep < 1) {
      const Real* hidden =
          activations.hidden.data() + std::int64_t{options_.streams} * activations.size;
      kernels::dropout<Real>(key(layer + 1), rows() * shape.size, keep, hidden,
                             dropped_[layer].data(), masks_[layer].data(), *team_);
    }
  }
}

/// Leaves the gradient of the top layer's (dropped out) output in upper_gradient_.
template <class Real>
double TrainingNetwork<Real>::run_softmax(std::span<const WordId> targets, std::uint64_t window) {
  const Architecture& shape = parameters_.architecture;
  const Real* hidden = layer_output(shape.num_layers - 1);
  const auto scale = Real{1} / static_cast<Real>(options_.streams);
  if (sampled_) {
    return sampled_->run(parameters_, hidden, targets, window, scale, upper_gradient_.data(),
                         gradients_, *team_) /
           options_.streams;
  }
  kernels::SoftmaxCrossEntropy<Real> task;
  task.rows = rows();
  task.vocab_size = shape.vocab_size;
  task.size = shape.size;
  task.hidden = hidden;
  task.weight = parameters_.output_weight.data();
  task.bias = parameters_.output_bias.data();
  task.targets = targets.data();
  task.log_probabilities = log_probabilities_.data();
  task.scale = scale;
  task.hidden_gradient = upper_gradient_.data();
  task.weight_gradient = gradients_.values.output_weight.data();
  task.bias_gradient = gradients_.values.output_bias.data();
  kernels::softmax_cross_entropy(task, softmax_scratch_, *team_);
  double sum = 0;
  for (const double value : log_probabilities_) sum -= value;
  return sum / options_.streams;
}

template <class Real>
void TrainingNetwork<Real>::run_backward(std::span<const WordId> inputs) {
  const Architecture& shape = parameters_.architecture;
  Real* output_gradient = upper_gradient_.data();
  Real* input_gradient = lower_gradient_.data();
  for (int layer = shape.num_layers - 1; layer >= 0; --layer) {
    if (options_.keep < 1) {
      kernels::multiply<Real>(rows() * shape.size, masks_[layer].data(), output_gradient, *team_);
    }
    auto& gradient = gradients_.values.layers[layer];
    zero(gradient);
    const bool wanted = layer > 0 || options_.train_embeddings;
    cells::backward(shape.cell, shape.reset_after, parameters_.layers[layer], layer_input(layer),
                    activations_[layer], output_gradient, static_cast<const Real*>(nullptr),
                    &gradient, wanted ? input_gradient : nullptr, *team_);
    std::swap(output_gradient, input_gradient);
  }
  if (!options_.train_embeddings) return;
  if (!embedding_mask_.empty()) {
    kernels::multiply<Real>(rows() * shape.embedding_size, embedding_mask_.data(), output_gradient,
                            *team_);
  }
  scatter_embedding_gradient(inputs, output_gradient);
}

template <class Real>
void TrainingNetwork<Real>::gather_embeddings(std::span<const WordId> inputs) {
  const std::int64_t width = parameters_.architecture.embedding_size;
  const Real* table = parameters_.embedding.data();
  for (std::size_t n = 0; n < inputs.size(); ++n) {
    std::copy_n(table + inputs[n] * width, width, embedded_.data() + n * width);
  }
}

/// Each worker adds some of the columns, so that a word that stands in several places needs no
/// locks and the order of the additions is fixed.
template <class Real>
void TrainingNetwork<Real>::scatter_embedding_gradient(std::span<const WordId> inputs,
                                                       const Real* gradient) {
  const std::int64_t width = parameters_.architecture.embedding_size;
  Real* table = gradients_.values.embedding.data();
  for (const WordId word : gradients_.embedding_rows.rows()) {
    std::fill_n(table + word * width, width, Real{0});
  }
  gradients_.embedding_rows.clear();
  for (const WordId word : inputs) gradients_.embedding_rows.add(word);
  team_->run([&](ThreadTeam::Worker& worker) {
    const auto [first, last] = worker.share(width, 16);
    for (std::size_t n = 0; n < inputs.size(); ++n) {
      Real* row = table + inputs[n] * width;
      const Real* from = gradient + n * width;
      for (std::int64_t e = first; e < last; ++e) row[e] += from[e];
    }
  });
}

template <class Real>
void TrainingNetwork<Real>::reset_state() {
  for (auto& activations : activations_) activations.reset_state();
}

template <class Real>
std::vector<CarriedState<Real>> TrainingNetwork<Real>::carried_states() {
  std::vector<CarriedState<Real>> states;
  const std::size_t count =
      static_cast<std::size_t>(options_.streams) * parameters_.architecture.size;
  for (std::size_t layer = 0; layer < activations_.size(); ++layer) {
    auto& activations = activations_[layer];
    states.push_back({fmt::format("state.hidden_l{}", layer), {activations.hidden.data(), count}});
    if (!activations.cell.empty()) {
      states.push_back({fmt::format("state.cell_l{}", layer), {activations.cell.data(), count}});
    }
  }
  return states;
}

template class TrainingNetwork<float>;
template class TrainingNetwork<double>;

}  // namespace stategrad::train

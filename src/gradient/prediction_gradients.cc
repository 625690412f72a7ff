// SPDX-License-Identifier: MIT
#include "gradient/prediction_gradients.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "kernels/softmax_cross_entropy.h"
#include "model/parameters.h"
#include "stategrad/errors.h"

namespace stategrad::gradient {

template <class Real>
PredictionGradients<Real>::PredictionGradients(const LanguageModel<Real>& model,
                                               std::span<const WordId> text, ThreadTeam& team)
    : model_(&model),
      text_(text),
      team_(&team),
      stack_(model, model.architecture().num_layers, 0, 1) {
  if (!model.parameters().output_bias.empty()) return;
  throw UsageError("the model predicts nothing: used gradients need an output layer");
}

template <class Real>
void PredictionGradients<Real>::advance(std::int64_t words,
                                        const std::function<bool(std::int64_t)>& wanted) {
  words = std::min(words, std::ssize(text_) - position_);
  const Architecture& shape = model_->architecture();
  LayerStack<Real> next(*model_, shape.num_layers, static_cast<int>(words), 1);
  next.start_from(stack_);
  next.embed(text_.subspan(static_cast<std::size_t>(position_), static_cast<std::size_t>(words)));
  next.forward(*team_);
  stack_ = std::move(next);
  first_ = position_;
  position_ += words;
  gather(wanted);

  const Parameters<Real>& parameters = model_->parameters();
  kernels::SoftmaxCrossEntropy<Real> softmax;
  softmax.rows = std::ssize(targets_);
  softmax.vocab_size = shape.vocab_size;
  softmax.size = shape.size;
  softmax.hidden = hidden_.data();
  softmax.weight = parameters.output_weight.data();
  softmax.bias = parameters.output_bias.data();
  softmax.targets = targets_.data();
  softmax.log_probabilities = log_probabilities_.data();
  softmax.scale = -1;  // the gradient of log p, not of the loss
  softmax.hidden_gradient = gradients_.data();
  kernels::softmax_cross_entropy(softmax, scratch_, *team_);
  check_finite();
}

/// Puts the hidden states of the wanted positions side by side.
template <class Real>
void PredictionGradients<Real>::gather(const std::function<bool(std::int64_t)>& wanted) {
  row_.assign(static_cast<std::size_t>(position_ - first_), -1);
  positions_.clear();
  targets_.clear();
  for (std::int64_t t = first_; t < std::min(position_, std::ssize(text_) - 1); ++t) {
    if (!wanted(t)) continue;
    row_[static_cast<std::size_t>(t - first_)] = std::ssize(positions_);
    positions_.push_back(t);
    targets_.push_back(text_[static_cast<std::size_t>(t) + 1]);
  }
  const auto size = static_cast<std::size_t>(model_->architecture().size);
  const std::size_t numbers = positions_.size() * size;
  if (hidden_.size() < numbers) {
    hidden_ = Buffer<Real>(numbers);
    gradients_ = Buffer<Real>(numbers);
  }
  log_probabilities_.resize(positions_.size());
  const StateOfLayer top{StateKind::kHidden, model_->architecture().num_layers - 1};
  for (std::size_t row = 0; row < positions_.size(); ++row) {
    const auto state = stack_.state_after(top, static_cast<int>(positions_[row] - first_));
    std::copy(state.begin(), state.end(), hidden_.data() + row * size);
  }
}

template <class Real>
void PredictionGradients<Real>::check_finite() const {
  for (const std::int64_t position : positions_) {
    const auto gradient = at(position);
    if (std::all_of(gradient.begin(), gradient.end(), [](Real x) { return std::isfinite(x); })) {
      continue;
    }
    const WordId word = text_[static_cast<std::size_t>(position) + 1];
    throw NumericalError(
        fmt::format("the gradient of the log-probability of word {} ('{}') is not finite: the "
                    "model's weights are not finite, or its states overflow",
                    position + 1, model_->vocabulary().word(word)));
  }
}

template <class Real>
std::span<const Real> PredictionGradients<Real>::at(std::int64_t position) const {
  if (position < first_ || position >= position_) return {};
  const std::int64_t row = row_[static_cast<std::size_t>(position - first_)];
  if (row < 0) return {};
  const auto size = static_cast<std::size_t>(model_->architecture().size);
  return {gradients_.data() + static_cast<std::size_t>(row) * size, size};
}

template class PredictionGradients<float>;
template class PredictionGradients<double>;

}  // namespace stategrad::gradient

// SPDX-License-Identifier: MIT
#include "stategrad/language_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "model/parameters.h"
#include "stategrad/errors.h"

namespace stategrad {
namespace {

template <class Real>
void check_shapes(const Vocabulary& vocabulary, const Parameters<Real>& parameters) {
  const Architecture& shape = parameters.architecture;
  if (vocabulary.size() != shape.vocab_size) {
    throw UsageError(fmt::format("a model of {} words does not fit a vocabulary of {}",
                                 shape.vocab_size, vocabulary.size()));
  }
  if (shape.vocab_size < 1 || shape.num_layers < 1 || shape.embedding_size < 1 || shape.size < 1) {
    throw UsageError(fmt::format(
        "a model needs at least one word, layer, embedding dimension and unit, not {}, {}, {}, {}",
        shape.vocab_size, shape.num_layers, shape.embedding_size, shape.size));
  }
  if (parameters.layers.size() != static_cast<std::size_t>(shape.num_layers)) {
    throw UsageError(fmt::format("a model of {} layers has the weights of {}", shape.num_layers,
                                 parameters.layers.size()));
  }
  if ((parameters.module != nullptr) != (shape.cell == CellKind::kModule) ||
      (parameters.module && shape.num_layers != 1)) {
    throw UsageError("a model with a module, and no other, has one layer of the kind module");
  }
  const bool has_output = !parameters.output_weight.empty() || !parameters.output_bias.empty();
  for (const auto& tensor : named_tensors(parameters)) {
    if (!has_output && tensor.name.starts_with("output.")) continue;
    if (parameters.module && tensor.name.starts_with("rnn.")) continue;
    std::size_t expected = 1;
    for (const std::int64_t n : tensor.shape) expected *= static_cast<std::size_t>(n);
    if (tensor.values.size() != expected) {
      throw UsageError(fmt::format("{} has {} values: its shape [{}] needs {}", tensor.name,
                                   tensor.values.size(), fmt::join(tensor.shape, ", "), expected));
    }
  }
}

}  // namespace

template <class Real>
LanguageModel<Real>::LanguageModel(Vocabulary vocabulary, Parameters<Real> parameters) {
  check_shapes(vocabulary, parameters);
  vocabulary_ = std::make_shared<const Vocabulary>(std::move(vocabulary));
  parameters_ = std::make_shared<const Parameters<Real>>(std::move(parameters));
}

template <class Real>
LanguageModel<Real>::LanguageModel(std::shared_ptr<const Vocabulary> vocabulary,
                                   std::shared_ptr<const Parameters<Real>> parameters)
    : vocabulary_(std::move(vocabulary)), parameters_(std::move(parameters)) {}

template <class Real>
const Architecture& LanguageModel<Real>::architecture() const {
  return parameters_->architecture;
}

template <class Real>
template <class Other>
LanguageModel<Other> LanguageModel<Real>::as() const {
  if constexpr (std::is_same_v<Real, Other>) {
    return *this;
  } else {
    auto other = std::make_shared<Parameters<Other>>();
    other->architecture = architecture();
    other->module = parameters_->module;
    other->embedding = converted<Other>(parameters_->embedding);
    for (const auto& layer : parameters_->layers) {
      other->layers.push_back(cells::converted_weights<Other>(layer));
    }
    other->output_weight = converted<Other>(parameters_->output_weight);
    other->output_bias = converted<Other>(parameters_->output_bias);
    return LanguageModel<Other>(vocabulary_, std::move(other));
  }
}

template class LanguageModel<float>;
template class LanguageModel<double>;
template LanguageModel<float> LanguageModel<float>::as<float>() const;
template LanguageModel<double> LanguageModel<float>::as<double>() const;
template LanguageModel<float> LanguageModel<double>::as<float>() const;
template LanguageModel<double> LanguageModel<double>::as<double>() const;

}  // namespace stategrad

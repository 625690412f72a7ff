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
  for (const auto& tensor : named_tensors(parameters)) {
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
    auto converted = std::make_shared<Parameters<Other>>(architecture());
    const auto from = named_tensors(*parameters_);
    const auto to = named_tensors(*converted);
    for (std::size_t i = 0; i < from.size(); ++i) {
      std::transform(from[i].values.begin(), from[i].values.end(), to[i].values.begin(),
                     [](Real value) { return static_cast<Other>(value); });
    }
    return LanguageModel<Other>(vocabulary_, std::move(converted));
  }
}

template class LanguageModel<float>;
template class LanguageModel<double>;
template LanguageModel<float> LanguageModel<float>::as<float>() const;
template LanguageModel<double> LanguageModel<float>::as<double>() const;
template LanguageModel<float> LanguageModel<double>::as<float>() const;
template LanguageModel<double> LanguageModel<double>::as<double>() const;

}  // namespace stategrad

// SPDX-License-Identifier: MIT
//
// A word-level recurrent language model: embedding, recurrent layers, softmax.
#pragma once

#include <memory>
#include <variant>

#include "stategrad/types.h"
#include "stategrad/vocabulary.h"

namespace stategrad {

template <class Real>
struct Parameters;  // src/model/parameters.h

/// The weights of a model with its vocabulary. Cheap to move; copying shares the weights, which
/// are immutable here, so one model may be read by many threads.
///
/// p(next word | past) = softmax(output.weight h_top + output.bias), with h_top the hidden state of
/// the top layer; layer 0 reads row id of embedding.weight.
/// Shapes: embedding.weight [V, E], output.weight [V, H], output.bias [V]; the layers' weights have
/// PyTorch's names, shapes and gate order (docs/formats.md).
/// Real is float or double.
template <class Real>
class LanguageModel {
 public:
  /// @throws UsageError if the shapes of the parameters do not fit the vocabulary or each other
  LanguageModel(Vocabulary vocabulary, Parameters<Real> parameters);

  [[nodiscard]] const Architecture& architecture() const;
  [[nodiscard]] const Vocabulary& vocabulary() const { return *vocabulary_; }
  [[nodiscard]] const Parameters<Real>& parameters() const { return *parameters_; }

  /// The same model in another precision: each weight is rounded to the nearest number of it. The
  /// vocabulary is shared.
  template <class Other>
  [[nodiscard]] LanguageModel<Other> as() const;

 private:
  template <class Other>
  friend class LanguageModel;
  LanguageModel(std::shared_ptr<const Vocabulary> vocabulary,
                std::shared_ptr<const Parameters<Real>> parameters);

  std::shared_ptr<const Vocabulary> vocabulary_;
  std::shared_ptr<const Parameters<Real>> parameters_;
};

/// A model of either precision: what a model directory holds.
using AnyLanguageModel = std::variant<LanguageModel<float>, LanguageModel<double>>;

}  // namespace stategrad

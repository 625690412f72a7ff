// SPDX-License-Identifier: MIT
//
// A word-level recurrent language model: embedding, recurrent layers, softmax.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "stategrad/types.h"
#include "stategrad/vocabulary.h"

namespace stategrad {

template <class Real>
struct Parameters;  // src/model/parameters.h

/// The weights of a model with its vocabulary. Cheap to move; copying shares the weights, which
/// are immutable here.
///
/// p(next word | past) = softmax(output.weight h_top + output.bias), with h_top the hidden state of
/// the top layer; layer 0 reads row id of embedding.weight.
/// Real is float or double.
template <class Real>
class LanguageModel {
 public:
  /// @throws UsageError if the shapes of the parameters do not fit the vocabulary
  LanguageModel(Vocabulary vocabulary, Parameters<Real> parameters);

  [[nodiscard]] const Architecture& architecture() const;
  [[nodiscard]] const Vocabulary& vocabulary() const { return *vocabulary_; }
  [[nodiscard]] const Parameters<Real>& parameters() const { return *parameters_; }

  /// The same model in another precision.
  template <class Other>
  [[nodiscard]] LanguageModel<Other> as() const;

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::shared_ptr<const Parameters<Real>> parameters_;
};

/// A model of either precision: what a model directory holds.
using AnyLanguageModel = std::variant<LanguageModel<float>, LanguageModel<double>>;

}  // namespace stategrad

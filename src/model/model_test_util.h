// SPDX-License-Identifier: MIT
//
// A small model for the tests of this room.
#pragma once

#include "model/initialise.h"
#include "model/parameters.h"
#include "stategrad/language_model.h"

namespace stategrad::model {

inline Vocabulary tiny_vocabulary() {
  return Vocabulary({"the", "<eos>", "Löwe", "schläft", "nicht", "<unk>", "<bos>"});
}

inline Architecture tiny_architecture(CellKind cell, bool reset_after = false) {
  return {.cell = cell,
          .reset_after = reset_after,
          .num_layers = 2,
          .vocab_size = 7,
          .embedding_size = 3,
          .size = 5};
}

template <class Real>
LanguageModel<Real> tiny_model(CellKind cell, bool reset_after = false) {
  Parameters<Real> parameters(tiny_architecture(cell, reset_after));
  initialise(parameters, {.scale = 0.8, .forget_bias = 0.5, .seed = 7});
  return {tiny_vocabulary(), std::move(parameters)};
}

}  // namespace stategrad::model

// SPDX-License-Identifier: MIT
//
// Which array of a file from elsewhere is which weight of a language model.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "exchange/recurrent_names.h"
#include "io/array_file.h"

namespace stategrad::exchange {

/// The arrays that make a model.
struct ForeignNames {
  std::string embedding;      ///< [V, E]
  std::string output_weight;  ///< [V, H]; the embedding's if they are tied and stored once
  std::string output_bias;    ///< [V]; empty: zero
  std::vector<ForeignLayer> layers;
  std::vector<std::string> unused;  ///< arrays of the file that are none of these
};

/// Names that a person gave: of "embedding.weight", "output.weight", "output.bias",
/// "rnn.weight_ih_l0" …, or "rnn" for the module of the recurrent net.
using NameMap = std::map<std::string, std::string>;

/// Finds every weight by the map, by its name, by its shape.
///
/// Recurrent weights: find_layers(). Of the matrices that fit the lowest layer [V, E] and the
/// highest [V, H], those whose module has a usual name (encoder, embedding …; decoder, output …) go
/// before others; of several that are left, equal ones are one. A missing output matrix is the
/// embedding's when E = H.
/// @param vocab_size V
/// @throws UsageError if the map names what is unknown, or several arrays are as good; DataError if
/// a
///   weight is missing
[[nodiscard]] ForeignNames find_names(const io::ArrayFile& file, std::int64_t vocab_size,
                                      const NameMap& map);

}  // namespace stategrad::exchange

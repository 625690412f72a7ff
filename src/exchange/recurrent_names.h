// SPDX-License-Identifier: MIT
//
// The names that PyTorch's recurrent modules give their weights.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stategrad::exchange {

/// A name such as "rnn.weight_ih_l0", "rnns.1.module.weight_hh_l0_raw" or "cell.bias_ih", in parts.
struct RecurrentName {
  std::string module;    ///< what stands before, without a final ".module": "rnn", "rnns.1", "cell"
  std::string kind;      ///< "weight_ih", "weight_hh", "bias_ih", "bias_hh" or "weight_hr"
  int layer = 0;         ///< of l0, l1 …; cells have none
  bool reverse = false;  ///< the second direction of a bidirectional net
  bool raw = false;      ///< AWD-LSTM: the weights before dropout took some away
};

/// None if the name is of no recurrent weight.
[[nodiscard]] std::optional<RecurrentName> parse_recurrent_name(std::string_view name);

/// The names of the arrays of a layer; biases are empty where the file has none.
struct ForeignLayer {
  std::string weight_ih, weight_hh, bias_ih, bias_hh;
};

/// Puts the recurrent weights of a file in order: layers of one module, or single layers in
/// numbered modules (AWD-LSTM's rnns.0, rnns.1 …).
/// @param names all names of the file
/// @param module take only weights of modules that begin so; empty: all
/// @param file for messages
/// @throws DataError if there are none, or layers are missing, bidirectional or projected;
/// UsageError
///   naming them if several nets are in the file
[[nodiscard]] std::vector<ForeignLayer> find_layers(std::span<const std::string> names,
                                                    const std::string& module,
                                                    const std::string& file);

}  // namespace stategrad::exchange

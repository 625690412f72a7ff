// SPDX-License-Identifier: MIT
//
// The vocabulary of the whole project: the kinds of cell, state and number, and the shape of a
// language model. docs/notation.md fixes the letters E, H, V, T, B, D, t and d used everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace stategrad {

/// Index of a word in a vocabulary, from 0.
using WordId = std::int32_t;

/// Recurrent cells. Gate order in every weight matrix: LSTM i,f,g,o; GRU r,z,n; RNN its one. A
/// module is a cell from elsewhere, with a hidden state and weights of its own.
enum class CellKind { kLstm, kGru, kRnn, kModule };

/// The part of a recurrent state that is differentiated. Only an LSTM has a cell state.
enum class StateKind { kCell, kHidden };

/// Type of the numbers of a model and of the computations with it.
enum class DType { kFloat32, kFloat64 };

/// "LSTM", "GRU", "RNN" or "module".
[[nodiscard]] std::string_view to_string(CellKind cell);
/// "cell" or "hidden".
[[nodiscard]] std::string_view to_string(StateKind state);
/// "float32" or "float64".
[[nodiscard]] std::string_view to_string(DType dtype);

/// Inverses of to_string. @throws UsageError naming the text and the values allowed.
[[nodiscard]] CellKind parse_cell_kind(std::string_view text);
[[nodiscard]] StateKind parse_state_kind(std::string_view text);
[[nodiscard]] DType parse_dtype(std::string_view text);

/// Number of gate blocks in the weight matrices of a cell: 4, 3 or 1; of a module's state 1.
[[nodiscard]] constexpr int gate_count(CellKind cell) {
  return cell == CellKind::kLstm ? 4 : cell == CellKind::kGru ? 3 : 1;
}

/// What a language model looks like, without its weights.
struct Architecture {
  CellKind cell = CellKind::kLstm;
  /// GRU only: the reset gate is applied after the recurrent product of the candidate
  /// (as torch.nn.GRU does) instead of before it (Cho et al. 2014, and the original program).
  bool reset_after = false;
  int num_layers = 1;
  std::int64_t vocab_size = 0;  ///< V
  int embedding_size = 64;      ///< E
  int size = 256;               ///< H

  /// Width of the input of a layer: E for layer 0, H above.
  [[nodiscard]] int input_size(int layer) const { return layer == 0 ? embedding_size : size; }
  /// Rows of the weight matrices of a layer: gate_count(cell) * H.
  [[nodiscard]] int gate_rows() const { return gate_count(cell) * size; }
  bool operator==(const Architecture&) const = default;
};

}  // namespace stategrad

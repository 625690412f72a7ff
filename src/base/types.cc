// SPDX-License-Identifier: MIT
#include "stategrad/types.h"

#include <fmt/format.h>

#include "stategrad/errors.h"

namespace stategrad {

std::string_view to_string(CellKind cell) {
  switch (cell) {
    case CellKind::kLstm:
      return "LSTM";
    case CellKind::kGru:
      return "GRU";
    case CellKind::kRnn:
      return "RNN";
    case CellKind::kModule:
      return "module";
  }
  throw InternalError("unknown cell kind");
}

std::string_view to_string(StateKind state) {
  return state == StateKind::kCell ? "cell" : "hidden";
}

std::string_view to_string(DType dtype) { return dtype == DType::kFloat32 ? "float32" : "float64"; }

CellKind parse_cell_kind(std::string_view text) {
  if (text == "LSTM") return CellKind::kLstm;
  if (text == "GRU") return CellKind::kGru;
  if (text == "RNN") return CellKind::kRnn;
  if (text == "module") return CellKind::kModule;
  throw UsageError(fmt::format("unknown cell '{}': use LSTM, GRU, RNN or module", text));
}

StateKind parse_state_kind(std::string_view text) {
  if (text == "cell") return StateKind::kCell;
  if (text == "hidden") return StateKind::kHidden;
  throw UsageError(fmt::format("unknown state '{}': use cell or hidden", text));
}

DType parse_dtype(std::string_view text) {
  if (text == "float32") return DType::kFloat32;
  if (text == "float64") return DType::kFloat64;
  throw UsageError(fmt::format("unknown dtype '{}': use float32 or float64", text));
}

}  // namespace stategrad

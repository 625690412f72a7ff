// SPDX-License-Identifier: MIT
//
// Cells in TorchScript files, run by a plugin that is loaded when the first one is opened.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "cells/cell_module.h"

namespace stategrad::model {

/// A cell that is ready.
struct PluginCell {
  std::shared_ptr<cells::CellModule> module;
  int state_size = 0;             ///< S
  DType dtype = DType::kFloat32;  ///< of its parameters, or that asked for if it has none
};

/// How a cell is to be used; what is left out the module must say itself.
struct PluginCellRequest {
  std::filesystem::path file;     ///< TorchScript
  int input_size = 0;             ///< E
  std::optional<int> state_size;  ///< S; none: the module's attribute state_size
  DType dtype = DType::kFloat32;  ///< if the module has no parameters
};

/// Where the plugin is looked for: $STATEGRAD_TORCH_PLUGIN alone, if it is set; else
/// libstategrad_torch.so beside the program, then in the folder of installed plugins.
///
/// Tries the cell: two different rows from two different states, together and alone.
/// @throws DataError naming the file: no plugin (and what to install), no TorchScript, no method,
/// no
///   state size, wrong shapes or numbers, states that are not finite, rows of a batch that are not
///   computed each by itself, no gradients
[[nodiscard]] PluginCell open_plugin_cell(const PluginCellRequest& request);

}  // namespace stategrad::model

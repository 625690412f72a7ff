// SPDX-License-Identifier: MIT
//
// What the program and a plugin that runs cells of another library agree on. The plugin is a
// shared object that is loaded at run time; between the two there are only C types, so that
// neither needs the libraries of the other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stategrad::cells {

/// Raised with every change of this file.
inline constexpr std::int32_t kCellPluginVersion = 1;
/// The one function that a plugin exports: `const CellPlugin* stategrad_cell_plugin()`.
inline constexpr const char* kCellPluginEntry = "stategrad_cell_plugin";

/// What a module says about itself; 0 where it does not.
struct CellPluginFacts {
  std::int32_t float_bits;  ///< 32 or 64: of its parameters
  std::int64_t state_size;  ///< S: its attribute state_size
};

/// One call; what a function does not need is null.
struct CellPluginCall {
  std::int32_t float_bits;  ///< 32 or 64: compute in
  std::int64_t steps;       ///< T
  std::int64_t streams;     ///< B
  std::int64_t input_size;  ///< E
  std::int64_t state_size;  ///< S
  const double* input;      ///< [T, B, E]
  const double* state;      ///< [B, S]
  const double* gradient;   ///< [T, B, S], backward
  double* next;             ///< [B, S], advance and linearize
  double* recurrent;        ///< [S, S], linearize
  double* by_input;         ///< [E, S], linearize
  double* input_gradient;   ///< [T, B, E], backward
};

/// Where a function that fails says why, in one line that ends with a null character.
struct CellPluginMessage {
  char* text;
  std::size_t capacity;
};

/// The functions, as CellModule describes them. Those that can fail return null or false.
struct CellPlugin {
  std::int32_t version;  ///< kCellPluginVersion
  void* (*open)(const char* file, CellPluginFacts* facts, CellPluginMessage message);
  void (*close)(void* module);
  bool (*advance)(void* module, const CellPluginCall* call, CellPluginMessage message);
  bool (*linearize)(void* module, const CellPluginCall* call, CellPluginMessage message);
  bool (*backward)(void* module, const CellPluginCall* call, CellPluginMessage message);
};

}  // namespace stategrad::cells

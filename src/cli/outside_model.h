// SPDX-License-Identifier: MIT
//
// Models from elsewhere: cells in TorchScript (--cell-module), and vectors that take the place of
// words (--inputs).
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sinks/run_description.h"

namespace stategrad::cli {

struct OpenedModel;

struct OutsideArguments {
  std::string cell_module;        ///< --cell-module
  std::string embeddings;         ///< --embeddings
  std::string vocabulary;         ///< --vocab
  std::optional<int> state_size;  ///< --state-size
  std::string inputs;             ///< --inputs
};

/// --cell-module, --embeddings, --vocab, --state-size and --inputs.
void add_outside_options(CLI::App& command, OutsideArguments& arguments);

/// The cell of a file as a model of one layer without an output.
/// @param overrides --set, for the rules of texts
/// @throws UsageError if inputs are missing or given twice; DataError naming the file
[[nodiscard]] OpenedModel open_cell_module(const OutsideArguments& arguments,
                                           const std::vector<std::string>& overrides);

/// The same model reading vectors: input i is row i of a file [N, E], the vocabulary is "0" …
/// "N-1". It has no output.
/// @throws DataError naming the file: no matrix, another E, numbers that are not finite
[[nodiscard]] OpenedModel with_inputs(const OpenedModel& opened, const std::string& file);

/// The labels of inputs, a line each; an empty line is none.
/// @param count N
/// @throws DataError if there are not N lines
[[nodiscard]] std::vector<std::string> read_labels(const std::string& file, std::int64_t count);

/// Where a model and the text, or vectors, that it reads come from. The fingerprint is that of its
/// weights, and of the other files that it is made of.
[[nodiscard]] sinks::Provenance provenance_of(const OpenedModel& opened,
                                              const std::filesystem::path& text);

}  // namespace stategrad::cli

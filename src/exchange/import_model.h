// SPDX-License-Identifier: MIT
//
// Language models that were trained elsewhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exchange/foreign_names.h"
#include "io/array_file.h"
#include "stategrad/language_model.h"

namespace stategrad::exchange {

struct ImportOptions {
  std::optional<CellKind> cell;     ///< what the weights must be of; none: their shapes tell
  std::optional<bool> reset_after;  ///< GRU; none: as the file says, or as torch.nn.GRU: true
  NameMap names;                    ///< --map
  bool ignore_unused = false;       ///< arrays that are no weight of the model are no error
};

/// A weight and where it came from.
struct ImportedWeight {
  std::string ours;
  std::string theirs;  ///< empty: zero, as the file has none
  std::vector<std::int64_t> shape;
  std::string dtype;  ///< in the file
};

struct ImportedModel {
  AnyLanguageModel model;
  std::vector<ImportedWeight> weights;
  std::vector<std::string> notes;  ///< lines that the user should read
};

/// Makes a model of the arrays of a file.
///
/// float64 if one of the weights is, float32 otherwise, which holds halves and bfloat16 exactly.
/// Layers of fewer units than the widest get units that are always zero (their weights are): what
/// the model computes stays the same.
/// @throws UsageError or DataError as find_names(); DataError if a shape does not fit, a number is
/// not
///   finite, the file says that it computes otherwise (ReLU, bidirectional, projections), or holds
///   arrays that the model would not use; ResourceError
[[nodiscard]] ImportedModel import_model(const io::ArrayFile& file, Vocabulary vocabulary,
                                         const ImportOptions& options);

}  // namespace stategrad::exchange

// SPDX-License-Identifier: MIT
//
// Language models for programs elsewhere.
#pragma once

#include <filesystem>
#include <string>

#include "stategrad/language_model.h"

namespace stategrad::exchange {

enum class ExportFormat { kSafetensors, kNpz };

/// By the ending of the name. @throws UsageError naming the endings allowed
[[nodiscard]] ExportFormat export_format(const std::filesystem::path& file);

/// Writes the weights of a model under PyTorch's names (docs/formats.md, "Model directory"), and
/// nothing of the model directory's own but `reset_after`: metadata in safetensors, and a single
/// number 0 or 1 of that name in .npz, for a GRU. Atomic.
/// @throws UsageError as export_format(); DataError, ResourceError
void export_weights(const AnyLanguageModel& model, const std::filesystem::path& file);

/// A Python script, at most ten lines of code, that loads the file, which lies beside it, in
/// PyTorch with no other package than numpy: `model`, and `logits(ids)`, [T, B] to [T, B, V].
/// @param name of the file, without folder
/// @throws UsageError for a GRU with the reset gate before the product, which PyTorch has not
[[nodiscard]] std::string pytorch_script(const AnyLanguageModel& model, const std::string& name);

}  // namespace stategrad::exchange

// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "stategrad/language_model.h"

namespace stategrad::exchange {

/// Checks that a model may be written to a folder, and makes nothing.
/// @throws UsageError if something is there that is no empty folder
void check_model_folder(const std::filesystem::path& folder);

/// Writes a whole model directory, as training does: it appears complete or not at all.
///
/// The configuration has the sizes of the model; a vocabulary without `<eos>` gives no_eos.
/// @param folder absent, or empty
/// @param data_path for later texts of the same kind
/// @throws as check_model_folder(); DataError or ResourceError if it cannot be written;
/// NumericalError
///   if the model computes what is not finite
void write_model_folder(const std::filesystem::path& folder, const AnyLanguageModel& model,
                        const std::string& data_path);

}  // namespace stategrad::exchange

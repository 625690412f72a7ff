// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

namespace stategrad::text {

/// Checks that a corpus may be written to a folder, and makes nothing yet: it may be absent, empty,
/// or, with overwrite, hold files.
/// @throws DataError naming --overwrite if the folder has content; if it is a file, or below one
void check_corpus_folder(const std::filesystem::path& folder, bool overwrite);

}  // namespace stategrad::text

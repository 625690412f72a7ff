// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string_view>

namespace stategrad {

/// Checks, before work begins, that files can be made in a folder or, if it is absent, that the
/// folder can be made. An empty folder is made and removed again; nothing else is changed.
/// @param purpose completes "is a file, a folder … was expected", such as "for the model"
/// @throws DataError if the path or a part of it is a file, or the folder is not writable
void require_writable_folder(const std::filesystem::path& folder, std::string_view purpose);

}  // namespace stategrad

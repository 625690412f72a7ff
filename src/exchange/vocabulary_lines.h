// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "stategrad/vocabulary.h"

namespace stategrad::exchange {

/// Reads a word a line, UTF-8; line n, from 1, is id n - 1. `<UNK>` becomes `<unk>` unless that is
/// there too, as in texts.
/// @throws DataError naming the line: empty, of several words, or a word that stands twice; or if
///   there are no lines
[[nodiscard]] Vocabulary read_vocabulary_lines(const std::filesystem::path& file);

}  // namespace stategrad::exchange

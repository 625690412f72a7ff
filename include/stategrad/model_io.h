// SPDX-License-Identifier: MIT
//
// Models and texts from files, for programs that use the library. Training writes the model
// directory; docs/formats.md describes it.
#pragma once

#include <filesystem>
#include <vector>

#include "stategrad/language_model.h"
#include "stategrad/types.h"

namespace stategrad {

/// The weights after the last epoch (model.safetensors), or those of the lowest validation
/// perplexity (best.safetensors).
enum class WhichWeights { kLast, kBest };

/// Reads the model of a model directory in the precision that it was trained in, and replays the
/// sentences that the file keeps with their log-probabilities.
///
/// Memory: once the file. Safe to call from several threads.
/// @param directory the save_path of the training
/// @throws DataError naming file and place: missing, truncated, of wrong shapes, format or version,
///   or altered since it was written
[[nodiscard]] AnyLanguageModel load_model(const std::filesystem::path& directory,
                                          WhichWeights which = WhichWeights::kLast);

/// Reads a text as the training of that model read its own: encoding, ends of sentences and unknown
/// words as its configuration says (docs/reference.md, "Text").
///
/// Memory: the ids, 4 bytes a word, whatever the size of the file.
/// @returns the ids of the words of the file in the model's vocabulary, at least one
/// @throws DataError naming the file and line: missing, unreadable, empty of words, binary, or
///   bytes that the encoding does not allow; UsageError if a word is unknown and the vocabulary has
///   no `<unk>`
[[nodiscard]] std::vector<WordId> load_text(const std::filesystem::path& directory,
                                            const std::filesystem::path& file);

}  // namespace stategrad

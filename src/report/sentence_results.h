// SPDX-License-Identifier: MIT
//
// Sentences word by word: sentences.json, which stands beside summary.json because it is long.
#pragma once

#include <filesystem>

#include "report/result_part.h"
#include "sinks/class_statistics.h"

namespace stategrad::report {

constexpr const char* kSentencesFileName = "sentences.json";
/// Significant digits of its norms.
constexpr int kSentenceDigits = 3;

/// {format, version, max_delay, of, taken, states: [{state, layer}], sentences: [{position, words,
/// norms}]} with norms [state][word][delay], `taken` of the `of` sentences of the text, and a null
/// position of a typed one. Null if there are no sentences.
[[nodiscard]] Json sentences_json(const sinks::ClassStatistics& head);

/// Writes sentences.json; one of earlier results goes if there are no sentences.
/// @throws DataError or ResourceError naming the file
void write_sentences(const std::filesystem::path& directory, const Json& sentences);

}  // namespace stategrad::report

// SPDX-License-Identifier: MIT
//
// A text of a synthetic language on disk, with all that is known about it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "text/synthetic_language.h"

namespace stategrad::text {

struct CorpusRequest {
  std::filesystem::path folder;
  std::int64_t train_words = 300'000;  ///< words include `<eos>`; the last sentence is whole
  std::int64_t valid_words = 30'000;
  std::int64_t test_words = 30'000;
  std::uint64_t seed = 1;
  bool overwrite = false;
  /// Told how many words of all parts are written; may throw to stop.
  std::function<void(std::int64_t)> on_progress;
};

struct CorpusPart {
  std::string name;  ///< train, valid or test
  std::int64_t sentences = 0;
  std::int64_t words = 0;  ///< `<eos>` included
  /// exp of minus the mean log-probability, under the language itself, of every word after the
  /// first: what `eval` would print if the model were the language.
  double perplexity = 0;
};

/// Writes to the folder
/// - train.txt, valid.txt, test.txt: a sentence a line; three independent draws
/// - tags.txt: `word<TAB>['TAG']` lines; TAG as in SyntheticWord::tag
/// - classes/: files of a tag a line: cues, cues_5, cues_5a, answers, answers_5, answers_5a,
///   fillers, fillers_frequent, fillers_middle, fillers_rare
/// - description.json: options, slots, entropy, perplexities, sizes, and every word with its kind,
///   tag, lag, class and frequency
/// - README.md: the same for people
/// The same language, sizes and seed give the same bytes.
/// @throws UsageError for sizes below 2 words; DataError as check_corpus_folder(); ResourceError if
///   the disk is full: each file is whole or absent
std::vector<CorpusPart> write_synthetic_corpus(const SyntheticLanguage& language,
                                               const CorpusRequest& request);

}  // namespace stategrad::text

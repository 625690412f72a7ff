// SPDX-License-Identifier: MIT
//
// From one's own texts to a data folder: train.txt, valid.txt and test.txt, a sentence a line.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stategrad::text {

struct PrepareOptions {
  std::vector<std::filesystem::path> texts;    ///< read one after the other
  std::filesystem::path folder;                ///< to write to
  std::string encoding = "utf-8";              ///< of the texts; what is written is UTF-8
  std::optional<std::int64_t> vocab_size;      ///< keep so many words, the most frequent ones
  std::optional<std::int64_t> min_count;       ///< keep the words that are at least so frequent
  bool lower = false;                          ///< lower case (LowerCase)
  bool punctuation = false;                    ///< separate_punctuation()
  std::string number_word;                     ///< replaces is_number() words; empty: none
  std::array<double, 3> split = {80, 10, 10};  ///< per cent of the lines: train, valid, test
  bool overwrite = false;
  /// Told how many words were read so far, over all passes; may throw to stop.
  std::function<void(std::int64_t)> on_progress;
};

struct PreparedPart {
  std::string name;  ///< train, valid or test
  std::int64_t sentences = 0;
  std::int64_t words = 0;    ///< `<eos>` included
  std::int64_t unknown = 0;  ///< how many of them are `<unk>`
};

struct PrepareSummary {
  std::array<PreparedPart, 3> parts;
  std::int64_t kept_words = 0;  ///< different words that were kept, `<unk>` and `<eos>` not counted
};

/// Parses "80/10/10". @throws UsageError unless three numbers above 0 that sum to 100
[[nodiscard]] std::array<double, 3> parse_split(std::string_view text);

/// Digits with single points or commas between them, perhaps with a sign or a point before:
/// 1984, -3.5, 1,000,000, .25; not 1990s, 5% or 10:30.
[[nodiscard]] bool is_number(std::string_view word);

/// Takes the marks . , ; : ! ? " ' ( ) [ ] { } and typographic quotes, dashes and the like off both
/// ends of a word, each a word of its own (repetitions such as ... are one); what stands between
/// stays, also marks inside of it. A number keeps the point it begins with, and words like `<unk>`
/// are whole.
void separate_punctuation(std::string_view word, const std::function<void(std::string_view)>& use);

/// Splits the lines of the texts, in their order, into three contiguous parts, and writes them with
/// a blank between words. Blank lines are dropped; a word `<eos>` ends its line. The words kept are
/// those of the training part, all or as vocab_size or min_count say; ties go by code point; every
/// other word becomes `<unk>`.
///
/// Reads the texts three times (lines, words, writing) as streams; memory grows with the number of
/// different words only. The three files appear at the end, together.
/// @throws UsageError for contradicting or impossible options; DataError for texts that are
/// missing,
///   binary, no text of the encoding or without words, for too few lines to give each part one,
///   for a text that changes meanwhile, and as check_corpus_folder()
PrepareSummary prepare_corpus(const PrepareOptions& options);

}  // namespace stategrad::text

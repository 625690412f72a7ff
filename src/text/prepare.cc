// SPDX-License-Identifier: MIT
#include "text/prepare.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <system_error>

#include "base/atomic_file.h"
#include "base/text_format.h"
#include "stategrad/errors.h"
#include "text/corpus.h"
#include "text/lower_case.h"
#include "text/output_folder.h"

namespace stategrad::text {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 3> kParts = {"train", "valid", "test"};
constexpr std::array<std::string_view, 29> kMarks = {
    ".", ",", ";", ":", "!", "?", "\"", "'", "(", ")", "[", "]", "{", "}", "…",
    "“", "”", "„", "‘", "’", "‚", "«",  "»", "‹", "›", "–", "—", "¿", "¡"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Bytes of the mark that a word begins with, repetitions included ("..."), or 0.
std::size_t marks_at_start(std::string_view word) {
  for (const std::string_view mark : kMarks) {
    std::size_t size = 0;
    while (word.substr(size).starts_with(mark)) size += mark.size();
    if (size > 0) return size;
  }
  return 0;
}

std::size_t marks_at_end(std::string_view word) {
  for (const std::string_view mark : kMarks) {
    std::size_t size = 0;
    while (word.substr(0, word.size() - size).ends_with(mark)) size += mark.size();
    if (size > 0) return size;
  }
  return 0;
}

void check(const PrepareOptions& options) {
  if (options.texts.empty()) throw UsageError("no text to prepare");
  if (options.vocab_size && options.min_count) {
    throw UsageError("--vocab-size and --min-count exclude each other: give one of them");
  }
  if (options.vocab_size && *options.vocab_size < 1) {
    throw UsageError(fmt::format("--vocab-size {}: 1 at least", *options.vocab_size));
  }
  if (options.min_count && *options.min_count < 1) {
    throw UsageError(fmt::format("--min-count {}: 1 at least", *options.min_count));
  }
  if (options.number_word.find_first_of(" \t\r\n\v\f") != std::string::npos) {
    throw UsageError(
        fmt::format("--numbers '{}': one word without blanks was expected", options.number_word));
  }
}

void check_texts(const PrepareOptions& options) {
  for (const fs::path& text : options.texts) {
    std::error_code error;
    if (fs::exists(text, error) && !fs::is_regular_file(text, error) &&
        !fs::is_directory(text, error)) {
      throw DataError(text.string(), "",
                      "is no plain file: texts are read three times, so save it to one first");
    }
    for (const char* part : kParts) {
      const fs::path output = options.folder / (std::string(part) + ".txt");
      if (fs::equivalent(text, output, error) && !error) {
        throw UsageError(
            fmt::format("{} is a text to read and would be overwritten: take another "
                        "folder to write to",
                        text.string()));
      }
    }
  }
}

/// Reads all texts as lines of words.
class Reader {
 public:
  explicit Reader(const PrepareOptions& options) : options_(options) {
    if (options.lower) lower_ = std::make_unique<LowerCase>();
  }

  /// @param use_word a word of the line, after the rules of the options
  /// @param end_line the line had words and ends
  void read(const std::function<void(std::string_view)>& use_word,
            const std::function<void()>& end_line) {
    TextRules rules;
    rules.encoding = options_.encoding;
    for (const fs::path& text : options_.texts) {
      bool in_line = false;
      for_each_word(text, rules, [&](std::string_view word) {
        count();
        const bool ends = word == Vocabulary::kEndOfSentence;
        if (!ends) {
          give(word, use_word);
        } else if (in_line) {
          end_line();
        }
        in_line = !ends;
      });
      if (in_line) end_line();
    }
  }

 private:
  void count() {
    constexpr std::int64_t kBetweenReports = 1 << 16;
    if (++words_read_ % kBetweenReports == 0 && options_.on_progress) {
      options_.on_progress(words_read_);
    }
  }

  void give(std::string_view word, const std::function<void(std::string_view)>& use) const {
    if (options_.punctuation) {
      separate_punctuation(word, [&](std::string_view part) { give_part(part, use); });
    } else {
      give_part(word, use);
    }
  }

  void give_part(std::string_view word, const std::function<void(std::string_view)>& use) const {
    if (!options_.number_word.empty() && is_number(word)) {
      use(options_.number_word);
    } else if (lower_) {
      use((*lower_)(word));
    } else {
      use(word);
    }
  }

  const PrepareOptions& options_;
  std::unique_ptr<LowerCase> lower_;
  std::int64_t words_read_ = 0;
};

/// How many lines each part has; every line of the texts is in one.
using LinesOfParts = std::array<std::int64_t, 3>;

LinesOfParts split_lines(std::int64_t lines, const PrepareOptions& options) {
  const auto upto = [&](double per_cent) {
    return std::llround(static_cast<double>(lines) * per_cent / 100);
  };
  const std::int64_t first = upto(options.split[0]);
  const std::int64_t second = upto(options.split[0] + options.split[1]);
  const LinesOfParts parts = {first, second - first, lines - second};
  for (std::size_t part = 0; part < parts.size(); ++part) {
    if (parts[part] < 1) {
      throw DataError(options.texts.front().string(), "",
                      fmt::format("{} lines with words (in {} texts) leave none for {}.txt: lines "
                                  "are sentences, so give longer texts, or another --split",
                                  format_count(lines), options.texts.size(), kParts[part]));
    }
  }
  return parts;
}

/// The words that stay, from the counts of the training part.
WordCounts words_to_keep(WordCounts counts, const PrepareOptions& options) {
  counts.erase(std::string(Vocabulary::kUnknown));
  if (options.min_count) {
    std::erase_if(counts, [&](const auto& entry) { return entry.second < *options.min_count; });
  }
  if (options.vocab_size && std::ssize(counts) > *options.vocab_size) {
    const std::vector<std::string> order = words_by_count(counts);
    for (auto word = order.begin() + *options.vocab_size; word != order.end(); ++word) {
      counts.erase(*word);
    }
  }
  return counts;
}

/// The three files while they are written.
class PartsWriter {
 public:
  PartsWriter(const PrepareOptions& options, const LinesOfParts& lines, const WordCounts& keep)
      : options_(options), lines_(lines), keep_(keep) {
    for (std::size_t part = 0; part < kParts.size(); ++part) {
      parts_[part].name = kParts[part];
      files_[part] =
          std::make_unique<AtomicFile>(options.folder / (std::string(kParts[part]) + ".txt"));
    }
  }

  void add_word(std::string_view word) {
    key_.assign(word);
    const bool known = keep_.contains(key_);
    if (!known) ++parts_[part_].unknown;
    ++parts_[part_].words;
    text_ += known ? word : Vocabulary::kUnknown;
    text_ += ' ';
    if (text_.size() >= kChunk) flush(part_);
  }

  void end_line() {
    text_.back() = '\n';
    ++parts_[part_].words;
    if (++parts_[part_].sentences == lines_[part_] && part_ + 1 < kParts.size()) {
      flush(part_, text_.size());
      ++part_;
    }
  }

  /// Makes the files appear.
  [[nodiscard]] std::array<PreparedPart, 3> finish() {
    if (part_ + 1 != kParts.size() || parts_[part_].sentences != lines_[part_]) {
      throw DataError(options_.texts.front().string(), "",
                      "this text, or one of the others, changed while it was read: try again");
    }
    flush(part_, text_.size());
    for (const auto& file : files_) file->commit();
    return parts_;
  }

 private:
  static constexpr std::size_t kChunk = 1 << 20;

  /// Holds the last byte back, which end_line() may change.
  void flush(std::size_t part) { flush(part, text_.size() - 1); }
  void flush(std::size_t part, std::size_t size) {
    files_[part]->write(std::string_view(text_).substr(0, size));
    text_.erase(0, size);
  }

  const PrepareOptions& options_;
  const LinesOfParts& lines_;
  const WordCounts& keep_;
  std::array<std::unique_ptr<AtomicFile>, 3> files_;
  std::array<PreparedPart, 3> parts_;
  std::size_t part_ = 0;
  std::string key_;
  std::string text_;
};

}  // namespace

std::array<double, 3> parse_split(std::string_view text) {
  std::array<double, 3> parts{};
  double sum = 0;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  bool good = true;
  for (std::size_t i = 0; i < parts.size() && good; ++i) {
    const auto [next, error] = std::from_chars(at, end, parts[i]);
    const bool last = i + 1 == parts.size();
    good =
        error == std::errc{} && parts[i] > 0 && (last ? next == end : next != end && *next == '/');
    at = last ? next : next + 1;
    sum += parts[i];
  }
  if (!good || !(std::abs(sum - 100) < 1e-9)) {
    throw UsageError(fmt::format(
        "--split {}: three numbers above 0 that sum to 100 were expected, such as 80/10/10", text));
  }
  return parts;
}

bool is_number(std::string_view word) {
  if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
  if (word.starts_with('.')) word.remove_prefix(1);
  if (word.empty() || !is_digit(word.front()) || !is_digit(word.back())) return false;
  for (std::size_t i = 1; i < word.size(); ++i) {
    const bool separator = (word[i] == '.' || word[i] == ',') && is_digit(word[i - 1]);
    if (!is_digit(word[i]) && !separator) return false;
  }
  return true;
}

void separate_punctuation(std::string_view word, const std::function<void(std::string_view)>& use) {
  std::vector<std::string_view> after;
  const auto is_whole = [&] {
    return (word.starts_with('<') && word.ends_with('>')) || is_number(word);
  };
  for (std::size_t size = marks_at_end(word); size > 0 && !is_whole(); size = marks_at_end(word)) {
    after.push_back(word.substr(word.size() - size));
    word.remove_suffix(size);
  }
  for (std::size_t size = marks_at_start(word); size > 0 && !is_whole();
       size = marks_at_start(word)) {
    use(word.substr(0, size));
    word.remove_prefix(size);
  }
  if (!word.empty()) use(word);
  std::for_each(after.rbegin(), after.rend(), use);
}

PrepareSummary prepare_corpus(const PrepareOptions& options) {
  check(options);
  check_corpus_folder(options.folder, options.overwrite);
  check_texts(options);
  Reader reader(options);
  std::int64_t lines = 0;
  reader.read([](std::string_view) {}, [&] { ++lines; });
  const LinesOfParts parts = split_lines(lines, options);

  WordCounts counts;
  std::int64_t line = 0;
  reader.read(
      [&](std::string_view word) {
        if (line < parts[0]) ++counts[std::string(word)];
      },
      [&] { ++line; });
  const WordCounts keep = words_to_keep(std::move(counts), options);

  make_folders(options.folder);
  PartsWriter writer(options, parts, keep);
  reader.read([&](std::string_view word) { writer.add_word(word); }, [&] { writer.end_line(); });
  return {writer.finish(), std::ssize(keep)};
}

}  // namespace stategrad::text

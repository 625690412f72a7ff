// SPDX-License-Identifier: MIT
#include "text/corpus.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "stategrad/errors.h"
#include "text/decoder.h"

namespace stategrad::text {
namespace {

constexpr std::string_view kEos = Vocabulary::kEndOfSentence;
constexpr std::string_view kUpperUnk = "<UNK>";
constexpr std::string_view kLowerUnk = "<unk>";

/// Length in bytes of the white space character at text[0] as Python's str.split() sees it, or 0.
std::size_t blank_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first == ' ' || (first >= '\t' && first <= '\r') || (first >= 0x1c && first <= 0x1f))
    return 1;
  if (first == 0xc2 && (byte(1) == 0x85 || byte(1) == 0xa0)) return 2;
  if (first == 0xe1 && byte(1) == 0x9a && byte(2) == 0x80) return 3;
  if (first == 0xe2 && byte(1) == 0x80 &&
      (byte(2) <= 0x8a || byte(2) == 0xa8 || byte(2) == 0xa9 || byte(2) == 0xaf)) {
    return 3;
  }
  if (first == 0xe2 && byte(1) == 0x81 && byte(2) == 0x9f) return 3;
  if (first == 0xe3 && byte(1) == 0x80 && byte(2) == 0x80) return 3;
  return 0;
}

/// Only these bytes can begin a white space character.
bool may_be_blank(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || byte == 0xc2 || (byte >= 0xe1 && byte <= 0xe3);
}

/// Cuts a stream of UTF-8 into words. The text is first thought of with every newline replaced by
/// " <eos> " (or left a blank), then, for WikiText, every non-overlapping " . " by " <eos> ".
class Splitter {
 public:
  Splitter(const TextRules& rules, const std::function<void(std::string_view)>& use)
      : rules_(rules), newline_is_eos_(rules.newline_is_eos || rules.wikitext), use_(use) {}

  void feed(std::string_view text) {
    std::size_t start = 0;
    std::size_t i = 0;
    while (i < text.size()) {
      const std::size_t blank = may_be_blank(text[i]) ? blank_length(text.substr(i)) : 0;
      if (blank == 0) {
        ++i;
        continue;
      }
      end_word(text.substr(start, i - start));
      see_blank(text[i]);
      i += blank;
      start = i;
    }
    if (start < text.size()) word_.append(text.substr(start));
  }

  void finish() {
    end_word({});
    flush_full_stop();
  }

 private:
  /// A word that began in word_ ends with `rest`.
  void end_word(std::string_view rest) {
    if (!word_.empty()) {
      word_.append(rest);
      see_word(word_);
      word_.clear();
    } else if (!rest.empty()) {
      see_word(rest);
    }
  }

  void see_word(std::string_view word) {
    flush_full_stop();
    if (rules_.wikitext && word == "." && after_space_) {
      full_stop_waits_ = true;
    } else {
      give(word);
    }
    after_space_ = false;
  }

  void see_blank(char c) {
    if (c == '\n' && newline_is_eos_) {
      end_full_stop(true);
      give(kEos);
      after_space_ = true;
    } else if (end_full_stop(c == ' ')) {
      after_space_ = false;  // the blank was part of " . " and cannot begin the next one
    } else {
      after_space_ = c == ' ';
    }
  }

  /// A full stop with a space before it: with one behind it, it ends a sentence.
  bool end_full_stop(bool space_follows) {
    if (!full_stop_waits_) return false;
    full_stop_waits_ = false;
    give(space_follows ? kEos : std::string_view("."));
    return space_follows;
  }

  void flush_full_stop() { end_full_stop(false); }

  void give(std::string_view word) {
    const std::string_view from = rules_.unk_is_upper_case ? kLowerUnk : kUpperUnk;
    const std::string_view to = rules_.unk_is_upper_case ? kUpperUnk : kLowerUnk;
    std::size_t at = word.find(from);
    if (at == std::string_view::npos) {
      use_(word);
      return;
    }
    std::string changed(word);
    for (; at != std::string::npos; at = changed.find(from, at)) {
      changed.replace(at, from.size(), to);
    }
    use_(changed);
  }

  const TextRules& rules_;
  bool newline_is_eos_;
  const std::function<void(std::string_view)>& use_;
  std::string word_;              ///< start of a word that goes on in the next piece
  bool after_space_ = false;      ///< the character before was a space that " . " may begin with
  bool full_stop_waits_ = false;  ///< " ." was seen
};

}  // namespace

TextRules text_rules(const Config& config, const std::filesystem::path& path) {
  TextRules rules;
  rules.encoding = config.encoding;
  rules.newline_is_eos = !config.no_eos;
  // A model of WikiText data reads other files by the same rule.
  rules.wikitext = path.string().find("WikiText") != std::string::npos ||
                   config.data_path.find("WikiText") != std::string::npos;
  rules.unk_is_upper_case = config.data_path.find("CGN") != std::string::npos;
  return rules;
}

void for_each_word(const std::filesystem::path& file, const TextRules& rules,
                   const std::function<void(std::string_view)>& use) {
  Decoder decoder(file, rules.encoding);
  bool any = false;
  const std::function<void(std::string_view)> counted = [&](std::string_view word) {
    any = true;
    use(word);
  };
  Splitter splitter(rules, counted);
  for (std::string_view piece = decoder.next(); !piece.empty(); piece = decoder.next()) {
    splitter.feed(piece);
  }
  splitter.finish();
  if (!any) throw DataError(file.string(), "", "holds no words");
}

void split_at_blanks(std::string_view text, const std::function<void(std::string_view)>& use) {
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t blank = may_be_blank(text[i]) ? blank_length(text.substr(i)) : 0;
    if (blank > 0 && i > start) use(text.substr(start, i - start));
    i += blank > 0 ? blank : 1;
    if (blank > 0) start = i;
  }
  if (start < text.size()) use(text.substr(start));
}

WordCounts count_words(const std::filesystem::path& file, const TextRules& rules) {
  WordCounts counts;
  for_each_word(file, rules, [&](std::string_view word) { ++counts[std::string(word)]; });
  return counts;
}

std::vector<std::string> words_by_count(const WordCounts& counts) {
  std::vector<std::pair<std::int64_t, std::string_view>> order;
  order.reserve(counts.size());
  for (const auto& [word, count] : counts) order.emplace_back(-count, word);
  // Bytes of UTF-8 sort as code points do.
  std::sort(order.begin(), order.end());
  std::vector<std::string> words;
  words.reserve(order.size());
  for (const auto& [negative_count, word] : order) words.emplace_back(word);
  return words;
}

void add_special_words(std::vector<std::string>& words) {
  const auto has = [&](std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  if (!has(kLowerUnk) && !has(kUpperUnk)) words.emplace_back(kLowerUnk);
  if (!has(Vocabulary::kBeginOfSentence)) words.emplace_back(Vocabulary::kBeginOfSentence);
}

Vocabulary build_vocabulary(const WordCounts& counts) {
  std::vector<std::string> words = words_by_count(counts);
  add_special_words(words);
  return Vocabulary(std::move(words));
}

std::vector<WordId> read_word_ids(const std::filesystem::path& file, const TextRules& rules,
                                  const Vocabulary& vocabulary, std::int64_t* unknown) {
  std::vector<WordId> ids;
  std::int64_t not_found = 0;
  for_each_word(file, rules, [&](std::string_view word) {
    const auto id = vocabulary.find(word);
    if (!id) ++not_found;
    ids.push_back(id ? *id : vocabulary.id(word));
  });
  if (unknown != nullptr) *unknown = not_found;
  return ids;
}

}  // namespace stategrad::text

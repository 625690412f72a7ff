// SPDX-License-Identifier: MIT
#include "text/token_tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <unordered_map>

#include "stategrad/errors.h"
#include "text/lines.h"
#include "text/lower_case.h"
#include "text/tag_classes.h"

namespace stategrad::text {
namespace {

constexpr std::size_t kColumns = 10;
constexpr std::size_t kForm = 1;
constexpr std::size_t kUpos = 3;
constexpr std::size_t kXpos = 4;
constexpr std::string_view kNoTag = "_";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Whatever is not ASCII is taken for a letter.
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

bool agrees(std::string_view word, std::string_view form, const LowerCase& lower) {
  if (word == form || word == Vocabulary::kUnknown || word == "<UNK>") return true;
  const bool number = std::any_of(form.begin(), form.end(), is_digit) &&
                      std::none_of(form.begin(), form.end(), is_letter);
  if (number && std::none_of(word.begin(), word.end(), is_digit)) return true;
  return word == lower(form);
}

/// Follows a text with the lines of a file.
class Alignment {
 public:
  Alignment(const TokenTags& tags, const ClassedText& text, const std::function<void(int)>& give)
      : tags_(tags), text_(text), give_(give), classes_(tags.classes, sets_) {}

  void read(std::string_view line, std::int64_t number) {
    number_ = number;
    if (line.empty()) {
      end_sentence();
    } else if (!line.starts_with('#')) {
      read_word(line);
    }
  }

  [[nodiscard]] ClassSets finish() {
    ++number_;
    end_sentence();
    skip_empty_lines();
    if (!at_end()) {
      throw DataError(tags_.file.string(), "",
                      fmt::format("ends after {} sentences, but {} goes on with {}", sentences_,
                                  text_.file.string(), word_here()));
    }
    require_known_tags(tags_.classes, seen_, tags_.file);
    if (tags_.classes.empty()) sets_.sort_names();
    return std::move(sets_);
  }

 private:
  void read_word(std::string_view line) {
    std::array<std::string_view, kColumns> columns;
    std::size_t count = 0;
    for (std::string_view rest = line; count < kColumns; ++count) {
      const std::size_t tab = rest.find('\t');
      columns[count] = rest.substr(0, tab);
      if (tab == std::string_view::npos) break;
      rest.remove_prefix(tab + 1);
    }
    if (count + 1 != kColumns) {
      fail(fmt::format("{} columns between tabs where {} were expected",
                       1 + std::count(line.begin(), line.end(), '\t'), kColumns));
    }
    if (columns[0].find_first_of("-.") != std::string_view::npos) return;
    std::int64_t id = 0;
    const char* end = columns[0].data() + columns[0].size();
    const auto [stop, error] = std::from_chars(columns[0].data(), end, id);
    if (error != std::errc{} || stop != end || id != words_ + 1) {
      fail(fmt::format("the ID '{}' stands where {} was expected", columns[0], words_ + 1));
    }
    const std::string_view tag = columns[tags_.column == TagColumn::kUniversal ? kUpos : kXpos];
    if (columns[kForm].empty() || tag.empty()) fail("FORM or tag is empty");
    if (words_++ == 0 && !is_full_stop(columns[kForm])) skip_empty_lines();
    const int code = code_of(tag);
    split_at_blanks(columns[kForm], [&](std::string_view form) { take_word(form, code); });
  }

  void take_word(std::string_view form, int code) {
    if (at_end()) {
      fail(fmt::format("the form '{}' is too much: {} has only {} lines", form, text_.file.string(),
                       text_lines_));
    }
    if (at_line_end()) {
      if (!is_full_stop(form)) {
        fail(fmt::format("the form '{}' is too much: line {} of {} ends before it", form,
                         text_lines_ + 1, text_.file.string()));
      }
      code = end_of_line_code();
    } else if (!agrees(text_.word(position_), form, lower_)) {
      fail(fmt::format("the form '{}' stands where {} has {}", form, text_.file.string(),
                       word_here()));
    }
    give(code);
    ++words_of_line_;
  }

  void end_sentence() {
    if (words_ == 0) return;
    words_ = 0;
    ++sentences_;
    if (!lines_have_ends() || at_end()) return;
    if (!at_line_end()) {
      fail(fmt::format("the sentence ends, but {} goes on with {}", text_.file.string(),
                       word_here()));
    }
    end_line();
  }

  void skip_empty_lines() {
    while (!at_end() && at_line_end()) end_line();
  }
  void end_line() {
    give(end_of_line_code());
    ++text_lines_;
    words_of_line_ = 0;
  }
  void give(int code) {
    give_(code);
    ++position_;
  }

  int code_of(std::string_view tag) {
    const std::string key(tag);
    const auto found = codes_.find(key);
    if (found != codes_.end()) return found->second;
    std::vector<int> classes;
    if (tag != kNoTag) {
      classes_.add_classes(tag, classes);
      seen_.insert(key);
    }
    return codes_[key] = sets_.code(std::move(classes));
  }
  int end_of_line_code() {
    if (!end_code_) {
      end_code_ = sets_.code({sets_.add_class(std::string(Vocabulary::kEndOfSentence))});
    }
    return *end_code_;
  }

  [[nodiscard]] bool at_end() const { return position_ == text_.ids.size(); }
  [[nodiscard]] bool at_line_end() const {
    return text_.word(position_) == Vocabulary::kEndOfSentence;
  }
  [[nodiscard]] bool lines_have_ends() const {
    return text_.rules.newline_is_eos || text_.rules.wikitext;
  }
  [[nodiscard]] bool is_full_stop(std::string_view form) const {
    return text_.rules.wikitext && form == ".";
  }
  [[nodiscard]] std::string word_here() const {
    return fmt::format("'{}' (word {} of line {})", text_.word(position_), words_of_line_ + 1,
                       text_lines_ + 1);
  }
  [[noreturn]] void fail(const std::string& message) const {
    fail_at_line(tags_.file, number_, message);
  }

  const TokenTags& tags_;
  const ClassedText& text_;
  const std::function<void(int)>& give_;
  const LowerCase lower_;
  ClassSets sets_;
  TagClasses classes_;
  std::set<std::string> seen_;
  std::unordered_map<std::string, int> codes_;
  std::optional<int> end_code_;
  std::size_t position_ = 0;        ///< in the text
  std::int64_t text_lines_ = 0;     ///< lines of the text that are done
  std::int64_t words_of_line_ = 0;  ///< words of the line that are done
  std::int64_t words_ = 0;          ///< ids of the sentence that are done
  std::int64_t sentences_ = 0;      ///< that are done
  std::int64_t number_ = 0;         ///< of the line of the file
};

}  // namespace

bool agrees_with_form(std::string_view word, std::string_view form) {
  return agrees(word, form, LowerCase());
}

ClassSets give_token_tags(const TokenTags& tags, const ClassedText& text,
                          const std::function<void(int)>& give) {
  Alignment alignment(tags, text, give);
  for_each_line(tags.file,
                [&](std::string_view line, std::int64_t number) { alignment.read(line, number); });
  return alignment.finish();
}

}  // namespace stategrad::text

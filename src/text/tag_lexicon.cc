// SPDX-License-Identifier: MIT
#include "text/tag_lexicon.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "stategrad/errors.h"
#include "text/lines.h"

namespace stategrad::text {
namespace {

constexpr std::string_view kNoTags = "not in list";

/// A Python list of texts, ['a', "b"]; none if it is no such list.
class ListText {
 public:
  explicit ListText(std::string_view text) : text_(text) {}

  std::optional<std::vector<std::string>> parse() {
    std::vector<std::string> items;
    if (!accept('[')) return std::nullopt;
    if (!accept(']')) {
      do {
        std::optional<std::string> item = quoted();
        if (!item) return std::nullopt;
        items.push_back(std::move(*item));
      } while (accept(','));
      if (!accept(']')) return std::nullopt;
    }
    skip_blanks();
    if (!text_.empty()) return std::nullopt;
    return items;
  }

 private:
  void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size())); }
  bool accept(char c) {
    skip_blanks();
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  std::optional<std::string> quoted() {
    skip_blanks();
    if (text_.starts_with('u')) text_.remove_prefix(1);  // Python 2's Unicode
    const char quote = text_.starts_with('"') ? '"' : '\'';
    if (!accept(quote)) return std::nullopt;
    std::string item;
    while (!text_.empty()) {
      char c = text_.front();
      text_.remove_prefix(1);
      if (c == quote) return item;
      if (c == '\\' && !text_.empty()) {
        c = text_.front();
        text_.remove_prefix(1);
      }
      item += c;
    }
    return std::nullopt;
  }
  std::string_view text_;
};

/// Adds the parts of A|B that are not there yet.
void add_parts(std::string_view tag, std::vector<std::string>& tags) {
  while (!tag.empty()) {
    const std::size_t end = std::min(tag.find('|'), tag.size());
    const std::string part(tag.substr(0, end));
    if (!part.empty() && std::find(tags.begin(), tags.end(), part) == tags.end()) {
      tags.push_back(part);
    }
    tag.remove_prefix(std::min(end + 1, tag.size()));
  }
}

}  // namespace

TagLexicon read_tag_lexicon(const std::filesystem::path& file) {
  TagLexicon lexicon;
  std::unordered_set<std::string> seen;
  for_each_line(file, [&](std::string_view line, std::int64_t number) {
    if (line.empty()) return;
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos || tab == 0) {
      fail_at_line(file, number, "\"word<TAB>['TAG', …]\" was expected");
    }
    const std::string word(line.substr(0, tab));
    const std::string_view rest = line.substr(tab + 1);
    if (!seen.insert(word).second) {
      fail_at_line(file, number, fmt::format("the word '{}' stands twice", word));
    }
    if (rest == kNoTags) return;
    const auto list = ListText(rest).parse();
    if (!list) {
      fail_at_line(file, number,
                   fmt::format("\"{}\" is no list of tags: \"['TAG', …]\" or \"{}\" was expected",
                               rest, kNoTags));
    }
    std::vector<std::string> tags;
    for (const std::string& tag : *list) add_parts(tag, tags);
    if (!tags.empty()) lexicon.emplace(word, std::move(tags));
  });
  if (seen.empty()) {
    throw DataError(file.string(), "", "no words: \"word<TAB>['TAG', …]\" lines were expected");
  }
  return lexicon;
}

}  // namespace stategrad::text

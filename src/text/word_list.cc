// SPDX-License-Identifier: MIT
#include "text/word_list.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>
#include <map>
#include <unordered_set>

#include "base/atomic_file.h"
#include "stategrad/errors.h"
#include "text/lines.h"

namespace stategrad::text {
namespace {

/// Collects the lines of a file of words.
class Lines {
 public:
  explicit Lines(const std::filesystem::path& file) : file_(file.string()) {}

  void add(std::string_view line, std::int64_t number) {
    line_ = number;
    if (line.empty()) return;
    const std::size_t tab = line.rfind('\t');
    if (tab == std::string_view::npos || tab == 0) {
      fail("'word<TAB>id' was expected");
    }
    const std::string word(line.substr(0, tab));
    const std::string_view digits = line.substr(tab + 1);
    std::int64_t id = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
    if (error != std::errc{} || end != digits.data() + digits.size() || id < 0 ||
        id >= std::numeric_limits<WordId>::max()) {
      fail(fmt::format("'{}' is no id: a number from 0 was expected after the tab", digits));
    }
    if (!seen_.insert(word).second) fail(fmt::format("the word '{}' stands twice", word));
    if (!words_.emplace(id, word).second) {
      fail(fmt::format("the id {} stands twice, for '{}' and '{}'", id, words_.at(id), word));
    }
  }

  [[nodiscard]] std::vector<std::string> take() const {
    if (words_.empty()) throw DataError(file_, "", "no words: 'word<TAB>id' lines were expected");
    std::vector<std::string> words;
    for (const auto& [id, word] : words_) {
      if (id != static_cast<std::int64_t>(words.size())) {
        throw DataError(file_, "", fmt::format("no word has the id {}", words.size()));
      }
      words.push_back(word);
    }
    return words;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    throw DataError(file_, fmt::format("line {}", line_), message);
  }
  std::string file_;
  std::int64_t line_ = 0;
  std::map<std::int64_t, std::string> words_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

std::vector<std::string> read_word_list(const std::filesystem::path& file) {
  Lines lines(file);
  for_each_line(file, [&](std::string_view line, std::int64_t number) { lines.add(line, number); });
  return lines.take();
}

void write_word_list(const Vocabulary& vocabulary, const std::filesystem::path& file) {
  std::string lines;
  for (std::size_t id = 0; id < vocabulary.words().size(); ++id) {
    fmt::format_to(std::back_inserter(lines), "{}\t{}\n", vocabulary.words()[id], id);
  }
  if (file.has_parent_path()) make_folders(file.parent_path());
  write_file(file, lines);
}

}  // namespace stategrad::text

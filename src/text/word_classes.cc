// SPDX-License-Identifier: MIT
#include "text/word_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "stategrad/errors.h"
#include "text/lines.h"

namespace stategrad::text {
namespace {

constexpr std::string_view kOfWords = "token";

std::vector<std::string> split(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> parts;
  for (std::string part; stream >> part;) parts.push_back(part);
  return parts;
}

/// Builds classes line by line; the first line decides the form.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file) : file_(file) {}

  void add(std::string_view line, std::int64_t number) {
    const std::vector<std::string> parts = split(line);
    if (parts.empty()) return;
    if (!named_ && parts.size() == 1 && parts[0] == kOfWords) {
      result_.of_words = true;
      named_ = true;
      return;
    }
    if (!named_) named_ = parts.size() > 1;
    WordClass added = *named_ ? named_class(line, number) : single(parts, number);
    for (const WordClass& other : result_.classes) {
      if (other.name == added.name) {
        fail_at_line(file_, number, fmt::format("the class '{}' stands twice", added.name));
      }
    }
    result_.classes.push_back(std::move(added));
  }

  [[nodiscard]] WordClasses take() {
    if (result_.classes.empty()) {
      throw DataError(file_.string(), "",
                      "no classes: a tag a line, or lines 'name<TAB>TAG TAG …' were expected");
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] WordClass named_class(std::string_view line, std::int64_t number) const {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos || tab == 0) {
      fail_at_line(file_, number,
                   fmt::format("'name<TAB>{}' was expected, as on the lines before",
                               result_.of_words ? "word word …" : "TAG TAG …"));
    }
    WordClass named{std::string(line.substr(0, tab)), split(line.substr(tab + 1))};
    if (named.members.empty()) {
      fail_at_line(file_, number, fmt::format("the class '{}' has no members", named.name));
    }
    return named;
  }
  [[nodiscard]] WordClass single(const std::vector<std::string>& parts, std::int64_t number) const {
    if (parts.size() > 1) {
      fail_at_line(file_, number, "a single tag was expected, as on the lines before");
    }
    return {parts[0], parts};
  }

  const std::filesystem::path& file_;
  std::optional<bool> named_;
  WordClasses result_;
};

}  // namespace

std::vector<std::string> read_tags(const std::filesystem::path& file) {
  std::vector<std::string> tags;
  for_each_line(file, [&](std::string_view line, std::int64_t number) {
    std::vector<std::string> parts = split(line);
    if (parts.empty()) return;
    if (parts.size() > 1) {
      fail_at_line(file, number, fmt::format("'{}': a single tag was expected", line));
    }
    tags.push_back(std::move(parts[0]));
  });
  if (tags.empty()) throw DataError(file.string(), "", "no tags: a tag a line was expected");
  return tags;
}

WordClasses read_word_classes(const std::filesystem::path& file) {
  Reader reader(file);
  for_each_line(file,
                [&](std::string_view line, std::int64_t number) { reader.add(line, number); });
  return reader.take();
}

}  // namespace stategrad::text

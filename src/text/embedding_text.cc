// SPDX-License-Identifier: MIT
#include "text/embedding_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <string_view>

#include "stategrad/errors.h"
#include "text/lines.h"

namespace stategrad::text {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr const char* kWord2vecEnd = "</s>";
constexpr const char* kEnd = "<eos>";

/// Takes the next token off a line; empty at its end.
std::string_view take_token(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
  const std::string_view token = line.substr(0, line.find_first_of(kBlanks));
  line.remove_prefix(token.size());
  return token;
}

std::size_t count_tokens(std::string_view line) {
  std::size_t count = 0;
  while (!take_token(line).empty()) ++count;
  return count;
}

class Reader {
 public:
  Reader(const std::filesystem::path& file, const std::unordered_set<std::string>& wanted)
      : file_(file), wanted_(wanted) {}

  void add(std::string_view line, std::int64_t number) {
    const std::size_t tokens = count_tokens(line);
    if (tokens <= 2) return;
    const std::string word(take_token(line));
    const bool is_wanted =
        wanted_.count(word) > 0 || (word == kWord2vecEnd && wanted_.count(kEnd) > 0);
    if (!is_wanted) {
      ++result_.passed_over;
      return;
    }
    const auto size = static_cast<std::int64_t>(tokens) - 1;
    if (result_.size == 0) result_.size = size;
    if (size != result_.size) {
      fail_at_line(
          file_, number,
          fmt::format("'{}' has {} numbers, the words before have {}", word, size, result_.size));
    }
    if (!seen_.insert(word).second) {
      fail_at_line(file_, number, fmt::format("the word '{}' stands twice", word));
    }
    result_.words.push_back(word);
    for (std::string_view token = take_token(line); !token.empty(); token = take_token(line)) {
      double value = 0;
      const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
      if (error != std::errc{} || end != token.data() + token.size() || !std::isfinite(value)) {
        fail_at_line(file_, number, fmt::format("'{}' is no finite number", token));
      }
      result_.values.push_back(value);
    }
  }

  [[nodiscard]] TextEmbeddings take() {
    if (result_.words.empty()) {
      throw DataError(file_.string(), "",
                      fmt::format("none of its {} words is in the word list", result_.passed_over));
    }
    return std::move(result_);
  }

 private:
  const std::filesystem::path& file_;
  const std::unordered_set<std::string>& wanted_;
  std::unordered_set<std::string> seen_;
  TextEmbeddings result_;
};

}  // namespace

std::unordered_set<std::string> read_first_tokens(const std::filesystem::path& file) {
  std::unordered_set<std::string> words;
  for_each_line(file, [&](std::string_view line, std::int64_t) {
    const std::string_view word = take_token(line);
    if (!word.empty()) words.emplace(word);
  });
  if (words.empty()) throw DataError(file.string(), "", "no words: a word a line was expected");
  return words;
}

TextEmbeddings read_text_embeddings(const std::filesystem::path& file,
                                    const std::unordered_set<std::string>& wanted,
                                    const std::function<void(std::int64_t)>& on_line) {
  Reader reader(file, wanted);
  for_each_line(file, [&](std::string_view line, std::int64_t number) {
    reader.add(line, number);
    if (on_line) on_line(number);
  });
  return reader.take();
}

}  // namespace stategrad::text

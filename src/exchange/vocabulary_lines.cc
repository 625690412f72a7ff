// SPDX-License-Identifier: MIT
#include "exchange/vocabulary_lines.h"

#include <fmt/format.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "stategrad/errors.h"
#include "text/corpus.h"
#include "text/lines.h"

namespace stategrad::exchange {

Vocabulary read_vocabulary_lines(const std::filesystem::path& file) {
  std::vector<std::string> words;
  std::unordered_map<std::string, std::int64_t> lines;
  text::for_each_line(file, [&](std::string_view line, std::int64_t number) {
    std::vector<std::string> parts;
    text::split_at_blanks(line, [&](std::string_view part) { parts.emplace_back(part); });
    if (parts.size() != 1) {
      text::fail_at_line(file, number,
                         parts.empty() ? "empty where a word was expected"
                                       : "more than a word: a vocabulary has a word a line, in the "
                                         "order of the rows of the embedding");
    }
    const auto [first, is_new] = lines.try_emplace(parts.front(), number);
    if (!is_new) {
      text::fail_at_line(
          file, number,
          fmt::format("'{}' stands in line {} already", parts.front(), first->second));
    }
    words.push_back(std::move(parts.front()));
  });
  if (words.empty()) throw DataError(file.string(), "", "holds no words");
  const auto upper = lines.find("<UNK>");
  if (upper != lines.end() && !lines.contains(std::string(Vocabulary::kUnknown))) {
    words[static_cast<std::size_t>(upper->second - 1)] = Vocabulary::kUnknown;
  }
  return Vocabulary(std::move(words));
}

}  // namespace stategrad::exchange
